using System.Collections.Immutable;

using Continuity.Gpu;

namespace Continuity.Tasks;

/// <summary>All that is recorded about a task's progress: one row of the pipeline store. Fields are only ever added.</summary>
[GenerateSerializer, Immutable, Alias("continuity.task-row")]
public sealed record TaskRow
{
    /// <summary>The task.</summary>
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(1)] public TaskState State { get; init; }

    /// <summary>The pipeline's version when this row last changed.</summary>
    [Id(2)] public long Version { get; init; }

    /// <summary>Attempts begun so far; the number of the newest one.</summary>
    [Id(3)] public int Attempts { get; init; }

    /// <summary>Retries used up, of <see cref="TaskDefinition.MaxRetries"/>.</summary>
    [Id(4)] public int Retries { get; init; }

    /// <summary>Attempts that were lost with their GPU's ComfyUI; not counted as retries, but bounded.</summary>
    [Id(5)] public int Losses { get; init; }

    /// <summary>The newest attempt, where there was one.</summary>
    [Id(6)] public AttemptRecord? Attempt { get; init; }

    /// <summary>GPUs that this task is kept away from, each with the reason.</summary>
    [Id(7)] public ImmutableArray<GpuExclusion> ExcludedGpus { get; init; } = [];

    /// <summary>The earliest time of the next try, while a back-off runs.</summary>
    [Id(8)] public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The last fault, also the reason why a task was skipped.</summary>
    [Id(9)] public TaskFault? Fault { get; init; }

    /// <summary>When the first attempt of the present round began.</summary>
    [Id(10)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the task came to its end.</summary>
    [Id(11)] public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>What it made, once completed.</summary>
    [Id(12)] public TaskResult? Result { get; init; }

    /// <summary>A seed that a person asked for when retrying, in place of the definition's.</summary>
    [Id(13)] public long? SeedOverride { get; init; }

    /// <summary>Attempts of the rounds before a person had the task begin anew, if there are any: the bounds on attempts do not count them.</summary>
    [Id(14)] public int? EarlierAttempts { get; init; }

    /// <summary>Where the time of GPUs went in all attempts before the newest one; <see langword="null"/> for none.</summary>
    [Id(15)] public GpuTime? EarlierGpu { get; init; }

    /// <summary>Attempts begun in the present round.</summary>
    public int RoundAttempts => Attempts - (EarlierAttempts ?? 0);
}

/// <summary>A GPU that a task is kept away from.</summary>
/// <param name="GpuId">The GPU.</param>
/// <param name="Class">The sort of fault that led to it.</param>
/// <param name="Reason">Why, in words.</param>
[GenerateSerializer, Immutable, Alias("continuity.gpu-exclusion")]
public sealed record GpuExclusion([property: Id(0)] GpuId GpuId, [property: Id(1)] FaultClass Class, [property: Id(2)] string Reason);
