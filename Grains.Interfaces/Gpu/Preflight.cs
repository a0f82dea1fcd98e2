using System.Collections.Immutable;

namespace Continuity.Gpu;

/// <summary>Tasks of a pipeline that ask the same of a GPU.</summary>
/// <param name="TaskIds">The tasks, in the order of the pipeline.</param>
/// <param name="ProfileId">Their workflow profile.</param>
/// <param name="Needs">What they ask.</param>
[GenerateSerializer, Immutable, Alias("continuity.preflight-group")]
public sealed record PreflightGroup([property: Id(0)] ImmutableArray<string> TaskIds, [property: Id(1)] string ProfileId, [property: Id(2)] GpuNeeds Needs);

/// <summary>What a look over a whole pipeline found, before it starts.</summary>
/// <param name="Problems">The tasks that no GPU of the fleet can run; empty when there are none.</param>
/// <param name="Gpus">How many GPUs were compared.</param>
/// <param name="Unseen">GPUs that could not be compared, because nothing is known of them yet. They count as able.</param>
/// <param name="IsCurrent">Whether the problems rest on a look at the GPUs that is newer than the question; when not, the GPUs are looked at now and the question may be repeated.</param>
[GenerateSerializer, Immutable, Alias("continuity.preflight-report")]
public sealed record PreflightReport(
    [property: Id(0)] ImmutableArray<PreflightProblem> Problems,
    [property: Id(1)] int Gpus,
    [property: Id(2)] ImmutableArray<GpuId> Unseen,
    [property: Id(3)] bool IsCurrent)
{
    /// <summary>Whether every task can be run by some GPU, as far as is known.</summary>
    public bool IsGood => Problems.IsEmpty;
}

/// <summary>Tasks that no GPU can run.</summary>
/// <param name="TaskIds">The tasks.</param>
/// <param name="ProfileId">Their workflow profile.</param>
/// <param name="Reasons">Why not, GPU by GPU.</param>
[GenerateSerializer, Immutable, Alias("continuity.preflight-problem")]
public sealed record PreflightProblem(
    [property: Id(0)] ImmutableArray<string> TaskIds,
    [property: Id(1)] string ProfileId,
    [property: Id(2)] ImmutableArray<PreflightReason> Reasons);

/// <summary>Why a GPU cannot run a task.</summary>
/// <param name="GpuId">The GPU.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Message">What it lacks, where that is to be had, and what to do.</param>
[GenerateSerializer, Immutable, Alias("continuity.preflight-reason")]
public sealed record PreflightReason([property: Id(0)] GpuId GpuId, [property: Id(1)] string Name, [property: Id(2)] string Message);
