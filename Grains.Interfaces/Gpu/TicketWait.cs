using System.Collections.Immutable;
using System.Text.Json.Serialization;

using Continuity.Pipelines;

namespace Continuity.Gpu;

/// <summary>Why a ticket waits: its place, when it is likely to start, and why it is on none of the GPUs.</summary>
[GenerateSerializer, Immutable, Alias("continuity.ticket-wait")]
public sealed record TicketWait
{
    /// <summary>The ticket.</summary>
    [Id(0)] public required TicketId Ticket { get; init; }

    /// <summary>The reason in one line.</summary>
    [Id(1)] public required string Reason { get; init; }

    /// <summary>Since when it waits.</summary>
    [Id(2)] public DateTimeOffset Since { get; init; }

    /// <summary>Its tier.</summary>
    [Id(3)] public PipelinePriority Priority { get; init; }

    /// <summary>How many tickets of higher tiers wait.</summary>
    [Id(4)] public int AheadOfHigherPriority { get; init; }

    /// <summary>How many tickets of its own tier have waited longer. Fair shares and loaded models may let it go before them.</summary>
    [Id(5)] public int AheadOfSamePriority { get; init; }

    /// <summary>When it is likely to start, by what prompts took so far: as likely sooner as later. <see langword="null"/> when no GPU that can run it works.</summary>
    [Id(6)] public DateTimeOffset? ExpectedStart { get; init; }

    /// <summary>Where it is likely to start.</summary>
    [Id(7)] public GpuId? ExpectedGpu { get; init; }

    /// <summary>Since when younger tasks of its pipeline have gone before it, because a GPU held their models; <see langword="null"/> when none has.</summary>
    [Id(8)] public DateTimeOffset? PassedOverSince { get; init; }

    /// <summary>When that ends at the latest: until then a GPU has changed to it, or nothing of its pipeline goes before it any more.</summary>
    [Id(9)] public DateTimeOffset? PassedOverUntil { get; init; }

    /// <summary>Why each GPU of the fleet does not have it, in the order of their ids.</summary>
    [Id(10)] public ImmutableArray<GpuRefusal> Gpus { get; init; } = [];

    /// <summary>How many tickets go before it.</summary>
    public int Ahead => AheadOfHigherPriority + AheadOfSamePriority;
}

/// <summary>Why a GPU does not have a ticket that waits.</summary>
/// <param name="Gpu">The GPU.</param>
/// <param name="Kind">The sort of reason.</param>
/// <param name="Reason">The reason in words, about the GPU.</param>
/// <param name="FreeAt">When it is likely to be done with what it has; <see langword="null"/> when it is idle, does not work, or nobody knows.</param>
/// <param name="Loads">Model files that it would have to load first; empty when it holds them all, or cannot run the ticket.</param>
/// <param name="LoadTime">How long loading those takes.</param>
[GenerateSerializer, Immutable, Alias("continuity.gpu-refusal")]
public sealed record GpuRefusal(
    [property: Id(0)] GpuId Gpu,
    [property: Id(1)] GpuRefusalKind Kind,
    [property: Id(2)] string Reason,
    [property: Id(3)] DateTimeOffset? FreeAt,
    [property: Id(4)] ImmutableArray<string> Loads,
    [property: Id(5)] TimeSpan LoadTime);

/// <summary>The sorts of reasons why a GPU does not have a ticket. The first one that fits is told.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GpuRefusalKind>))]
public enum GpuRefusalKind
{
    /// <summary>It cannot run it: a node, a file or memory is missing, or was when it was tried there.</summary>
    [JsonStringEnumMemberName("lacks")] Lacks,

    /// <summary>An operator paused it.</summary>
    [JsonStringEnumMemberName("paused")] Paused,

    /// <summary>An operator drains it.</summary>
    [JsonStringEnumMemberName("draining")] Draining,

    /// <summary>Its ComfyUI does not answer.</summary>
    [JsonStringEnumMemberName("unreachable")] Unreachable,

    /// <summary>It is kept away from work after failures.</summary>
    [JsonStringEnumMemberName("quarantined")] Quarantined,

    /// <summary>It has not been looked at yet.</summary>
    [JsonStringEnumMemberName("unknown")] Unknown,

    /// <summary>The task failed there, and others are to be had.</summary>
    [JsonStringEnumMemberName("failed-there")] FailedThere,

    /// <summary>It has something to do.</summary>
    [JsonStringEnumMemberName("busy")] Busy,

    /// <summary>It takes a ticket of a higher tier first.</summary>
    [JsonStringEnumMemberName("higher-priority")] HigherPriority,

    /// <summary>Others would be done with it sooner.</summary>
    [JsonStringEnumMemberName("left-to-others")] LeftToOthers,

    /// <summary>It takes something of an owner or a pipeline first that got less GPU time so far.</summary>
    [JsonStringEnumMemberName("fair-share")] FairShare,

    /// <summary>It takes something first that waits longer, or whose models it holds.</summary>
    [JsonStringEnumMemberName("others-first")] OthersFirst,

    /// <summary>It takes it now.</summary>
    [JsonStringEnumMemberName("next")] Next,
}
