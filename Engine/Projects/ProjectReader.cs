using Continuity.Engine.Projects.Reading;

namespace Continuity.Engine.Projects;

/// <summary>Reads project files of any size in bounded memory: pictures and videos go to a sink as they are decoded, what cannot be used is skipped.</summary>
public static class ProjectReader
{
    /// <summary>Reads a project.</summary>
    /// <param name="json">The file, UTF-8 with or without a byte order mark; read to its end, not closed.</param>
    /// <param name="sink">Where its media goes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The project, or every fault at once.</returns>
    public static async Task<ProjectReadResult> ReadAsync(Stream json, IMediaSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(sink);
        var log = new ReadLog();
        var slimmer = new ProjectSlimmer(new JsonScanner(json, cancellationToken), new MediaDecoder(sink, cancellationToken), log);
        using var document = await slimmer.RunAsync(Zone.Root);
        if (document is null)
        {
            return new ProjectReadResult.Faulty(log.Faults);
        }

        var root = new Element(document.RootElement, JsonPath.Root, log);
        if (!root.IsObject)
        {
            log.Fault(JsonPath.Root, $"must be a project, that is an object, not {root.Kind}");
            return new ProjectReadResult.Faulty(log.Faults);
        }

        var project = ProjectBinder.Bind(root, slimmer.Media);
        return log.HasFaults ? new ProjectReadResult.Faulty(log.Faults) : new ProjectReadResult.Read(project, log.Warnings);
    }
}
