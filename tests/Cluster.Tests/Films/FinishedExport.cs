using System.Collections.Immutable;

using Continuity.Chaos.Processes;
using Continuity.Cluster.Tests.Processes;
using Continuity.Engine.Outputs;
using Continuity.Tasks;

namespace Continuity.Cluster.Tests.Films;

/// <summary>All that can be seen from outside of an export that reached its end.</summary>
/// <param name="Manifest">How everything was made.</param>
/// <param name="Folder">Where the files are.</param>
/// <param name="Gpus">What the simulators counted.</param>
internal sealed record FinishedExport(Manifest Manifest, string Folder, ImmutableArray<GpuCounts> Gpus)
{
    public string FilmPath => PathOf(Manifest.Tasks.Single(task => task.Kind == TaskKind.ExportTimeline && task.Scene is null));

    /// <summary>The tasks that need a GPU.</summary>
    public IEnumerable<ManifestTask> GpuTasks => Manifest.Tasks.Where(task => task.Kind != TaskKind.ExportTimeline);

    /// <summary>Reads what the last process of an export left.</summary>
    public static async Task<FinishedExport> ReadAsync(Workshop workshop, ExportProcess last)
    {
        var path = last.Last.GetProperty("manifest").GetString()!;
        var counts = await Task.WhenAll(workshop.Gpus.Select(gpu => gpu.CountsAsync()));
        return new FinishedExport(Manifest.FromJson(await File.ReadAllBytesAsync(path)), Path.GetDirectoryName(path)!, [.. counts]);
    }

    public string PathOf(ManifestTask task) => Path.Combine(Folder, task.Files[0].Path);
}
