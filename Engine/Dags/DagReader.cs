using System.Collections.Immutable;

using Continuity.Artifacts;
using Continuity.Pipelines;
using Continuity.Profiles;

namespace Continuity.Dags;

/// <summary>Brings a file that a DAG names into the artifact store.</summary>
/// <param name="path">The path as the DAG gives it, relative to the DAG's own file.</param>
/// <param name="cancellationToken">Ends the wait.</param>
/// <returns>The stored file, or <see langword="null"/> when there is no such file.</returns>
public delegate Task<ArtifactRef?> DagFileSource(string path, CancellationToken cancellationToken);

/// <summary>Reads DAGs that people write by hand.</summary>
public static class DagReader
{
    /// <summary>Reads a DAG.</summary>
    /// <param name="json">The file, UTF-8, 64 MB at the most; not closed.</param>
    /// <param name="profiles">Every profile there is, by id; the DAG may bring more.</param>
    /// <param name="files">Where the files that it names come from.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The pipeline, or every fault at once.</returns>
    public static Task<DagReadResult> ReadAsync(
        Stream json, IReadOnlyDictionary<string, WorkflowProfile> profiles, DagFileSource files, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
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
