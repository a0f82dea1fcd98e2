using System.Collections.Immutable;

using Continuity.Tasks;

namespace Continuity.Pipelines;

/// <summary>A task as clients see it: what it is, what is recorded of it, and what it does now.</summary>
[GenerateSerializer, Immutable, Alias("continuity.task-view")]
public sealed record TaskView
{
    /// <summary>What the task is.</summary>
    [Id(0)] public required TaskDefinition Definition { get; init; }

    /// <summary>What is recorded of it.</summary>
    [Id(1)] public required TaskRow Row { get; init; }

    /// <summary>What it does now, while it is under way or waits for a slot.</summary>
    [Id(2)] public TaskProgress? Live { get; init; }

    /// <summary>Why a pending task does not run, in words; <see langword="null"/> for every other state.</summary>
    [Id(3)] public string? WaitingFor { get; init; }
}

/// <summary>A whole pipeline at one version.</summary>
[GenerateSerializer, Immutable, Alias("continuity.pipeline-snapshot")]
public sealed record PipelineSnapshot
{
    /// <summary>The pipeline in one line.</summary>
    [Id(0)] public required PipelineSummary Summary { get; init; }

    /// <summary>Every task, in the order of the definition.</summary>
    [Id(1)] public required ImmutableArray<TaskView> Tasks { get; init; }

    /// <summary>Scenes in story order.</summary>
    [Id(2)] public ImmutableArray<SceneInfo> Scenes { get; init; } = [];

    /// <summary>What was told when it was submitted.</summary>
    [Id(3)] public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>When it is to be done, if that matters.</summary>
    [Id(4)] public DateTimeOffset? Deadline { get; init; }

    /// <summary>Whether it was found late for its deadline, so that it goes before others of its priority.</summary>
    [Id(5)] public bool IsLate { get; init; }
}

/// <summary>What changed in a pipeline since an earlier update. The first update of a watch from version 0 holds every task.</summary>
[GenerateSerializer, Immutable, Alias("continuity.pipeline-update")]
public sealed record PipelineUpdate
{
    /// <summary>The pipeline in one line, with the version to resume from.</summary>
    [Id(0)] public required PipelineSummary Summary { get; init; }

    /// <summary>The tasks whose rows changed.</summary>
    [Id(1)] public ImmutableArray<TaskView> Changed { get; init; } = [];

    /// <summary>The newest progress of tasks that moved, without a change of their rows.</summary>
    [Id(2)] public ImmutableArray<TaskProgress> Progress { get; init; } = [];

    /// <summary>Whether this is the last update: the pipeline is at an end.</summary>
    public bool IsFinal => Summary.Status.IsFinal();
}
