using System.Collections.Immutable;

using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Pipelines;

/// <summary>A DAG of tasks with the profiles they use. Never changes after it is submitted.</summary>
[GenerateSerializer, Immutable, Alias("continuity.pipeline")]
public sealed record PipelineDefinition
{
    /// <summary>Chosen by the client, so that a submission can be repeated safely.</summary>
    [Id(0)] public required PipelineId Id { get; init; }

    /// <summary>Name for people, such as <c>Export All (3 scenes)</c>.</summary>
    [Id(1)] public required string Name { get; init; }

    /// <summary>The tasks. Their dependencies must form no cycle.</summary>
    [Id(2)] public required ImmutableArray<TaskDefinition> Tasks { get; init; }

    /// <summary>The profiles that the tasks name.</summary>
    [Id(3)] public ImmutableArray<WorkflowProfile> Profiles { get; init; } = [];

    /// <summary>Tier in the GPU queues: a ticket of a higher tier goes first. A person may change it later: see <see cref="PipelineSummary.Priority"/>.</summary>
    [Id(4)] public PipelinePriority Priority { get; init; } = PipelinePriority.Normal;

    /// <summary>Scenes in story order, for folders and labels; empty for a pipeline that is no film.</summary>
    [Id(5)] public ImmutableArray<SceneInfo> Scenes { get; init; } = [];

    /// <summary>Things that were read but not used, or used otherwise than one might expect; told once to the person who submits.</summary>
    [Id(6)] public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>
    /// Who wants it, such as a person or a project: owners of one tier get equal shares of the GPUs, and the pipelines of an owner equal parts of its share. <see langword="null"/>: the pipeline
    /// counts as an owner of its own.
    /// </summary>
    [Id(7)] public string? Owner { get; init; }

    /// <summary>
    /// When it is to be done, if that matters: once it is expected to come too late, what waits of it goes before the others of its priority, to its end. <see langword="null"/>: no deadline.
    /// </summary>
    [Id(8)] public DateTimeOffset? Deadline { get; init; }
}

/// <summary>A scene as the finished film's folders name it.</summary>
/// <param name="Id">The scene's id in the project.</param>
/// <param name="Title">Its title; may be empty.</param>
/// <param name="ShotIds">Its shots in story order.</param>
[GenerateSerializer, Immutable, Alias("continuity.scene")]
public sealed record SceneInfo([property: Id(0)] string Id, [property: Id(1)] string Title, [property: Id(2)] ImmutableArray<string> ShotIds);
