using System.Collections.Immutable;

using Continuity.Pipelines;
using Continuity.Profiles;

namespace Continuity.Outputs;

/// <summary>How every output was made, so that it can be made again: the content of <c>manifest.json</c>.</summary>
public sealed record Manifest
{
    /// <summary>The usual file name.</summary>
    public const string FileName = "manifest.json";

    /// <summary>Version of the format.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Describes a pipeline.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="plan">Where its outputs are.</param>
    /// <param name="profiles">The profiles it used, for the hashes of their workflows; empty when they are not at hand.</param>
    /// <returns>The description.</returns>
    public static Manifest Build(PipelineSnapshot pipeline, ImmutableArray<PlannedOutput> plan, IEnumerable<WorkflowProfile> profiles) =>
        throw new NotSupportedException();

    /// <summary>Writes it as indented JSON.</summary>
    /// <returns>UTF-8 text.</returns>
    public byte[] ToJson() => throw new NotSupportedException();
}
