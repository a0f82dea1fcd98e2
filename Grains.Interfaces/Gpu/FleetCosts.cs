using System.Collections.Immutable;

using Continuity.Pipelines;

namespace Continuity.Gpu;

/// <summary>Asks what the rest of a pipeline would take.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Priority">Its tier.</param>
/// <param name="Works">What its tasks do, each sort once.</param>
[GenerateSerializer, Immutable, Alias("continuity.cost-question")]
public sealed record CostQuestion([property: Id(0)] PipelineId Pipeline, [property: Id(1)] PipelinePriority Priority, [property: Id(2)] ImmutableArray<GpuWork> Works);

/// <summary>A sort of work: tasks of it take about as long on the same GPU.</summary>
/// <param name="Name">What run times are learned by; see <see cref="Ticket.Work"/>.</param>
/// <param name="Needs">What it asks of a GPU.</param>
[GenerateSerializer, Immutable, Alias("continuity.gpu-work")]
public sealed record GpuWork([property: Id(0)] string Name, [property: Id(1)] GpuNeeds Needs);

/// <summary>What the pool knows that the end of a pipeline depends on.</summary>
/// <param name="Gpus">The GPUs that work now.</param>
/// <param name="Others">What waits there of other pipelines.</param>
/// <param name="Pipeline">The pipeline that was asked for.</param>
[GenerateSerializer, Immutable, Alias("continuity.fleet-costs")]
public sealed record FleetCosts([property: Id(0)] ImmutableArray<GpuCosts> Gpus, [property: Id(1)] OthersWaiting Others, [property: Id(2)] PipelineId Pipeline);

/// <summary>What a GPU is busy with, and what it would take for the works asked for.</summary>
/// <param name="Id">The GPU.</param>
/// <param name="Works">One for each of <see cref="CostQuestion.Works"/>; <see langword="null"/> where this GPU cannot do it.</param>
/// <param name="Given">What it was given and has not ended, the executing prompt first.</param>
/// <param name="Since">Seconds since the first of them began there.</param>
/// <param name="Memory">What is thought to fit into it, in gigabytes of model files.</param>
[GenerateSerializer, Immutable, Alias("continuity.gpu-costs")]
public sealed record GpuCosts(
    [property: Id(0)] GpuId Id,
    [property: Id(1)] ImmutableArray<ExpectedTime?> Works,
    [property: Id(2)] ImmutableArray<GivenPrompt> Given,
    [property: Id(3)] double Since,
    [property: Id(4)] double Memory);

/// <summary>A prompt that a GPU was given.</summary>
/// <param name="Ticket">The attempt.</param>
/// <param name="Expected">What it is thought to take there in all.</param>
[GenerateSerializer, Immutable, Alias("continuity.given-prompt")]
public sealed record GivenPrompt([property: Id(0)] TicketId Ticket, [property: Id(1)] ExpectedTime Expected);

/// <summary>What waits of other pipelines, in GPU seconds as far as that is known.</summary>
/// <param name="Before">That of higher tiers, which goes first.</param>
/// <param name="Beside">That of the same tier.</param>
/// <param name="Rivals">How many shares that of the same tier is of: each gets as much as the pipeline that asks.</param>
/// <param name="Ticket">Seconds of one of these tickets, on the average.</param>
[GenerateSerializer, Immutable, Alias("continuity.others-waiting")]
public sealed record OthersWaiting(
    [property: Id(0)] double Before,
    [property: Id(1)] double Beside,
    [property: Id(2)] int Rivals,
    [property: Id(3)] double Ticket);
