using System.Collections.Immutable;

using Continuity.Timelines;

namespace Continuity.Tasks;

/// <summary>What a task is to do. Never changes after the pipeline is submitted.</summary>
[GenerateSerializer, Immutable, Alias("continuity.task")]
public sealed record TaskDefinition
{
    /// <summary>Unique inside the pipeline.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>What the task does.</summary>
    [Id(1)] public required TaskKind Kind { get; init; }

    /// <summary>Name for people, such as <c>Keyframe: Signal – shot 1</c>.</summary>
    [Id(2)] public required string Label { get; init; }

    /// <summary>Ids of the tasks that must be completed before this one starts.</summary>
    [Id(3)] public ImmutableArray<string> Dependencies { get; init; } = [];

    /// <summary>How many times the task is tried again after a failure that may pass; 0 or more. Lost prompts are not counted.</summary>
    [Id(4)] public int MaxRetries { get; init; } = 1;

    /// <summary>The scene it belongs to, where there is one.</summary>
    [Id(5)] public string? SceneId { get; init; }

    /// <summary>The shot it belongs to, where there is one.</summary>
    [Id(6)] public string? ShotId { get; init; }

    /// <summary>The workflow profile, one of the pipeline's; <see langword="null"/> for <see cref="TaskKind.ExportTimeline"/>.</summary>
    [Id(7)] public string? ProfileId { get; init; }

    /// <summary>Input name to value. Names are those of the profile, or <c>nodeId:inputName</c> to write to a node directly.</summary>
    [Id(8)] public ImmutableDictionary<string, TaskInput> Inputs { get; init; } = ImmutableDictionary<string, TaskInput>.Empty;

    /// <summary>What to join, for <see cref="TaskKind.ExportTimeline"/>.</summary>
    [Id(9)] public TimelineSpec? Timeline { get; init; }
}
