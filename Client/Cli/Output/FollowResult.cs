using System.Collections.Immutable;

using Continuity.Client;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Cli.Output;

/// <summary>How following a pipeline ended.</summary>
/// <param name="Pipeline">The pipeline at its end.</param>
/// <param name="Download">Its files; <see langword="null"/> when they were not fetched.</param>
/// <param name="Elapsed">Time since the command began to follow.</param>
/// <param name="RetryCommand">The command that tries again what failed.</param>
internal sealed record FollowResult(PipelineSnapshot Pipeline, DownloadResult? Download, TimeSpan Elapsed, string RetryCommand)
{
    /// <summary>The whole film; <see langword="null"/> when the pipeline makes none or it is not done.</summary>
    public string? Film => Films(scene: false).FirstOrDefault();

    /// <summary>The films of single scenes.</summary>
    public ImmutableArray<string> SceneFilms => [.. Films(scene: true)];

    public IEnumerable<TaskView> Failures => Pipeline.Tasks.Where(task => task.Row.State == TaskState.Failed);

    private IEnumerable<string> Films(bool scene)
    {
        var tasks = Pipeline.Tasks
            .Where(task => task.Definition.Kind == TaskKind.ExportTimeline && task.Definition.SceneId is not null == scene)
            .Select(task => task.Definition.Id)
            .ToHashSet();
        return Download?.Files.Where(file => tasks.Contains(file.TaskId)).Select(file => file.Path) ?? [];
    }
}
