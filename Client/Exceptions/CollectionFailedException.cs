using Continuity.Artifacts;

namespace Continuity.Client;

/// <summary>The garbage collection of artifacts ended early. The message says why and what to do.</summary>
/// <param name="run">The run, with what it had done until then; that stays done.</param>
public sealed class CollectionFailedException(ArtifactCollection run)
    : ContinuityException($"The garbage collection ended early, after {run.Deleted} of {run.Examined} files were deleted. {run.Error}")
{
    /// <summary>The run, with what it had done until then.</summary>
    public ArtifactCollection Run { get; } = run;
}
