using System.Collections.Immutable;

using Continuity.Artifacts;
using Continuity.Engine.Projects;
using Continuity.Engine.Projects.Reading;
using Continuity.Pipelines;
using Continuity.Profiles;

namespace Continuity.Engine.Dags;

/// <summary>Brings a file that a DAG names into the artifact store, and decides which paths are allowed.</summary>
/// <param name="path">The path as the DAG gives it, meant relative to the DAG's own file.</param>
/// <param name="cancellationToken">Ends the wait.</param>
/// <returns>The stored file, or <see langword="null"/> when there is no such file.</returns>
public delegate Task<ArtifactRef?> DagFileSource(string path, CancellationToken cancellationToken);

/// <summary>Reads DAGs that people write by hand. What a task takes from another one makes it depend on that one.</summary>
public static class DagReader
{
    /// <summary>Reads a DAG.</summary>
    /// <param name="json">The file, UTF-8, 64 MB at the most; not closed.</param>
    /// <param name="profiles">Every profile there is, by id; the DAG may bring more.</param>
    /// <param name="files">Where the files that it names come from.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The pipeline, or every fault at once.</returns>
    public static async Task<DagReadResult> ReadAsync(
        Stream json, IReadOnlyDictionary<string, WorkflowProfile> profiles, DagFileSource files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(profiles);
        ArgumentNullException.ThrowIfNull(files);
        var log = new ReadLog();
        var slimmer = new ProjectSlimmer(
            new JsonScanner(json, cancellationToken), new MediaDecoder(new HashingMediaSink(), cancellationToken), log);
        using var document = await slimmer.RunAsync(Zone.Settings);
        if (document is null)
        {
            return new DagReadResult.Faulty(log.Faults);
        }

        var root = new Element(document.RootElement, JsonPath.Root, log);
        if (!root.IsObject)
        {
            log.Fault(JsonPath.Root, $"must be a DAG, that is an object with 'tasks', not {root.Kind}");
            return new DagReadResult.Faulty(log.Faults);
        }

        if (WorkflowMistaken(document.RootElement) is { } mistaken)
        {
            log.Fault(JsonPath.Root, mistaken);
            return new DagReadResult.Faulty(log.Faults);
        }

        var definition = await new DagBinder(profiles, files, log, cancellationToken).BindAsync(root);
        var broken = log.Faults;
        var faults = broken.AddRange(DagValidator.Validate(definition).Where(fault => !broken.Any(other => Covers(other.Path, fault.Path))));
        return faults.IsEmpty ? new DagReadResult.Read(definition) : new DagReadResult.Faulty(faults);
    }

    // A workflow is what people have at hand, and a DAG of them is what is wanted here.
    private static string? WorkflowMistaken(System.Text.Json.JsonElement root)
    {
        if (root.TryGetProperty("tasks", out _))
        {
            return null;
        }

        if (root.TryGetProperty("nodes", out var nodes) && nodes.ValueKind == System.Text.Json.JsonValueKind.Array)
        {
            return "is a ComfyUI workflow as the editor saves it, not a DAG; in ComfyUI choose 'Workflow > Export (API)', make a profile of the exported file, and name that in a task";
        }

        return root.EnumerateObject().Any(node => node.Value.ValueKind == System.Text.Json.JsonValueKind.Object && node.Value.TryGetProperty("class_type", out _))
            ? "is a ComfyUI workflow in API format, not a DAG; make a profile of it, and name that in a task"
            : null;
    }

    /// <summary>Whether a fault stands in the same place as another one, of which it is then only the consequence.</summary>
    private static bool Covers(string known, string path) =>
        path == known || path.StartsWith($"{known}.", StringComparison.Ordinal) || path.StartsWith($"{known}[", StringComparison.Ordinal);
}

/// <summary>What came of reading a DAG.</summary>
public abstract record DagReadResult
{
    private DagReadResult()
    {
    }

    /// <summary>The DAG is good.</summary>
    /// <param name="Definition">The pipeline, with the profiles it uses.</param>
    public sealed record Read(PipelineDefinition Definition) : DagReadResult;

    /// <summary>The DAG cannot be used.</summary>
    /// <param name="Faults">Every fault, each with its place; at least one.</param>
    public sealed record Faulty(ImmutableArray<DefinitionFault> Faults) : DagReadResult;
}
