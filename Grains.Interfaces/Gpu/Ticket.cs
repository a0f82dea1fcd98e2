using System.Collections.Immutable;

using Continuity.Artifacts;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Gpu;

/// <summary>Identifies a ticket: one attempt of one task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Attempt">The attempt's number.</param>
[GenerateSerializer, Immutable, Alias("continuity.ticket-id")]
public readonly record struct TicketId([property: Id(0)] TaskKey Task, [property: Id(1)] int Attempt);

/// <summary>An attempt that waits for a GPU. Tickets wait in the pool, not at a GPU, so that the choice is made as late as possible.</summary>
[GenerateSerializer, Immutable, Alias("continuity.ticket")]
public sealed record Ticket
{
    /// <summary>The attempt.</summary>
    [Id(0)] public required TicketId Id { get; init; }

    /// <summary>A ticket of a higher priority goes first.</summary>
    [Id(1)] public PipelinePriority Priority { get; init; } = PipelinePriority.Normal;

    /// <summary>When its pipeline was accepted: the older goes first inside a tier.</summary>
    [Id(2)] public DateTimeOffset PipelineCreatedAt { get; init; }

    /// <summary>The task's place in its pipeline: the earlier goes first.</summary>
    [Id(3)] public int Order { get; init; }

    /// <summary>The workflow profile.</summary>
    [Id(4)] public required string ProfileId { get; init; }

    /// <summary>Node classes that the GPU's ComfyUI must have.</summary>
    [Id(5)] public ImmutableArray<string> NodeClasses { get; init; } = [];

    /// <summary>Model files that the workflow loads: the GPU's ComfyUI must offer them.</summary>
    [Id(6)] public ImmutableArray<ModelFile> Models { get; init; } = [];

    /// <summary>GPUs to keep away from, with the reason.</summary>
    [Id(7)] public ImmutableArray<GpuExclusion> ExcludedGpus { get; init; } = [];

    /// <summary>When it began to wait.</summary>
    [Id(8)] public DateTimeOffset WaitingSince { get; init; }

    /// <summary>The least GPU memory in bytes; 0 for no limit.</summary>
    [Id(9)] public long MinVram { get; init; }

    /// <summary>Who wants it: owners of one tier get equal shares of the GPUs. Empty when nobody in particular does; then every pipeline counts as an owner.</summary>
    [Id(10)] public string Owner { get; init; } = "";

    /// <summary>How much work it is, such as <c>1280x720x81</c>: tickets of one workflow and one size take about as long. Empty when all of the workflow do.</summary>
    [Id(11)] public string Size { get; init; } = "";

    /// <summary>Whether its pipeline would come too late for its deadline in the usual order: then it goes before the others of its priority.</summary>
    [Id(12)] public bool IsLate { get; init; }

    /// <summary>The pictures and clips that it works on: a GPU that was sent them before is spared the time.</summary>
    [Id(13)] public ImmutableArray<ArtifactRef> Inputs { get; init; } = [];

    /// <summary>Its tier: a ticket of a higher one goes first.</summary>
    public int Tier => TierOf(Priority, IsLate);

    /// <summary>The tier of a priority.</summary>
    /// <param name="priority">The priority.</param>
    /// <param name="isLate">Whether the pipeline is late for its deadline.</param>
    /// <returns>The tier; the higher goes first.</returns>
    public static int TierOf(PipelinePriority priority, bool isLate) => ((int)priority * 2) + (isLate ? 1 : 0);

    /// <summary>What run times are learned by: workflow and size.</summary>
    public string Work => WorkOf(ProfileId, Size);

    /// <summary>What run times are learned by.</summary>
    /// <param name="profileId">The workflow profile.</param>
    /// <param name="size">How much work it is.</param>
    /// <returns>Both as one text.</returns>
    public static string WorkOf(string profileId, string size) => string.IsNullOrEmpty(size) ? profileId : $"{profileId} {size}";
}

/// <summary>A file that a node of a workflow loads.</summary>
/// <param name="NodeClass">The class of the node, such as <c>UNETLoader</c>.</param>
/// <param name="InputName">The node's input, such as <c>unet_name</c>.</param>
/// <param name="FileName">The file, as the workflow names it.</param>
[GenerateSerializer, Immutable, Alias("continuity.model-file")]
public sealed record ModelFile([property: Id(0)] string NodeClass, [property: Id(1)] string InputName, [property: Id(2)] string FileName);

/// <summary>A slot on a GPU, given to one attempt.</summary>
/// <param name="GpuId">The GPU.</param>
/// <param name="Epoch">Grows with every lease of this GPU, over restarts too; a report that carries any other epoch is refused.</param>
/// <param name="Address">The address of the GPU's ComfyUI.</param>
/// <param name="StallAfter">
/// How long the prompt may execute without a sign of progress, as learned from runs of its workflow on this GPU; <see langword="null"/> when nothing is known.
/// </param>
/// <param name="Expected">What the prompt is thought to take; <see langword="null"/> when it is there already.</param>
/// <param name="IsStaged">Whether the GPU had given out another slot before, which comes first: its holder is told when this one's turn is.</param>
[GenerateSerializer, Immutable, Alias("continuity.lease")]
public sealed record Lease(
    [property: Id(0)] GpuId GpuId,
    [property: Id(1)] long Epoch,
    [property: Id(2)] Uri Address,
    [property: Id(3)] TimeSpan? StallAfter = null,
    [property: Id(4)] ExpectedTime? Expected = null,
    [property: Id(5)] bool IsStaged = false);
