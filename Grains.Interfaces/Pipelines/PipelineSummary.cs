namespace Continuity.Pipelines;

/// <summary>A pipeline in one line: what lists show, and what the store keeps beside the task rows.</summary>
[GenerateSerializer, Immutable, Alias("continuity.pipeline-summary")]
public sealed record PipelineSummary
{
    /// <summary>The pipeline.</summary>
    [Id(0)] public required PipelineId Id { get; init; }

    /// <summary>Name for people.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(2)] public PipelineStatus Status { get; init; }

    /// <summary>Counts the recorded changes, from 1.</summary>
    [Id(3)] public long Version { get; init; }

    /// <summary>When it was accepted.</summary>
    [Id(4)] public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    [Id(5)] public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>How many tasks stand where.</summary>
    [Id(6)] public TaskCounts Counts { get; init; } = new();

    /// <summary>Its tier in the GPU queues; <see langword="null"/> in the record of an earlier version: that of the definition.</summary>
    [Id(7)] public PipelinePriority? Priority { get; init; }
}

/// <summary>How many tasks of a pipeline are in each state.</summary>
[GenerateSerializer, Immutable, Alias("continuity.task-counts")]
public sealed record TaskCounts
{
    /// <summary>Not started.</summary>
    [Id(0)] public int Pending { get; init; }

    /// <summary>Under way.</summary>
    [Id(1)] public int Running { get; init; }

    /// <summary>Done.</summary>
    [Id(2)] public int Completed { get; init; }

    /// <summary>Given up.</summary>
    [Id(3)] public int Failed { get; init; }

    /// <summary>Never started because of a failure before them.</summary>
    [Id(4)] public int Skipped { get; init; }

    /// <summary>Cancelled.</summary>
    [Id(5)] public int Cancelled { get; init; }

    /// <summary>All tasks.</summary>
    public int Total => Pending + Running + Completed + Failed + Skipped + Cancelled;
}
