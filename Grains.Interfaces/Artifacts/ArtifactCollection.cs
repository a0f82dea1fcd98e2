namespace Continuity.Artifacts;

/// <summary>A run of the garbage collection of artifacts: what it was asked to do, and how far it is.</summary>
/// <param name="OperationId">Identifies the run.</param>
/// <param name="DryRun">Whether it only counts.</param>
/// <param name="OlderThan">How long ago the content must have been stored for the last time.</param>
/// <param name="StartedAt">When it began.</param>
[GenerateSerializer, Immutable, Alias("continuity.artifact-collection")]
public sealed record ArtifactCollection(
    [property: Id(0)] Guid OperationId,
    [property: Id(1)] bool DryRun,
    [property: Id(2)] TimeSpan OlderThan,
    [property: Id(3)] DateTimeOffset StartedAt)
{
    /// <summary>When it ended; <see langword="null"/> while it runs.</summary>
    [Id(4)]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it ended early, in words for a person; <see langword="null"/> when it did not. What was deleted until then stays deleted.</summary>
    [Id(5)]
    public string? Error { get; init; }

    /// <summary>How many artifacts it has looked at.</summary>
    [Id(6)]
    public long Examined { get; init; }

    /// <summary>Their bytes.</summary>
    [Id(7)]
    public long ExaminedBytes { get; init; }

    /// <summary>How many of them it deleted; in a dry run, how many it would have deleted.</summary>
    [Id(8)]
    public long Deleted { get; init; }

    /// <summary>Their bytes.</summary>
    [Id(9)]
    public long DeletedBytes { get; init; }
}
