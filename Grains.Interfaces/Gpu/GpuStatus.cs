using System.Collections.Immutable;
using System.Text.Json.Serialization;

using Continuity.Tasks;

namespace Continuity.Gpu;

/// <summary>What a GPU's queue tells the pool when it asks for work.</summary>
[GenerateSerializer, Immutable, Alias("continuity.gpu-status")]
public sealed record GpuStatus
{
    /// <summary>The GPU.</summary>
    [Id(0)] public required GpuId Id { get; init; }

    /// <summary>Whether it can take work.</summary>
    [Id(1)] public GpuHealth Health { get; init; }

    /// <summary>Why it cannot, in words.</summary>
    [Id(2)] public string? Problem { get; init; }

    /// <summary>Slots in use: 0 is idle, 1 has one prompt executing, 2 has another staged behind it.</summary>
    [Id(3)] public int SlotsUsed { get; init; }

    /// <summary>Slots in all.</summary>
    [Id(4)] public int Slots { get; init; } = 2;

    // Id 5 carried the node classes; it is not used again.

    /// <summary>Model files believed to be in its memory.</summary>
    [Id(6)] public ImmutableHashSet<string> ResidentModels { get; init; } = [];

    /// <summary>The <see cref="GpuCapabilities.Version"/> of what its ComfyUI can run; empty while unknown.</summary>
    [Id(7)] public string Capabilities { get; init; } = "";

    /// <summary>How many times its ComfyUI was asked what it can run since the queue grain started.</summary>
    [Id(8)] public long Looks { get; init; }

    /// <summary>The mode as far as this is known here.</summary>
    [Id(9)] public GpuMode Mode { get; init; }

    /// <summary>Prompts of this farm in its ComfyUI; <see langword="null"/> when not known.</summary>
    [Id(10)] public int? Left { get; init; }

    /// <summary>Why slots are in use that were given to nobody, in words: prompts of others, or of an earlier run, stand in its queue.</summary>
    [Id(11)] public string? BusyWith { get; init; }

    /// <summary>The tickets that have its slots, told to the pool alone.</summary>
    [Id(12)] public ImmutableArray<TicketId> Held { get; init; } = [];

    /// <summary>What came to an end since the pool was told last, told to the pool alone.</summary>
    [Id(13)] public ImmutableArray<EndedPrompt> Ended { get; init; } = [];
}

/// <summary>That a GPU is done with a ticket.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Ran">How long its prompt executed, loading included, when it succeeded.</param>
[GenerateSerializer, Immutable, Alias("continuity.ended-prompt")]
public sealed record EndedPrompt([property: Id(0)] TicketId Ticket, [property: Id(1)] TimeSpan? Ran);

/// <summary>Whether a GPU can take work.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GpuHealth>))]
public enum GpuHealth
{
    /// <summary>Not looked at yet.</summary>
    [JsonStringEnumMemberName("unknown")] Unknown,

    /// <summary>Answers and works.</summary>
    [JsonStringEnumMemberName("healthy")] Healthy,

    /// <summary>Its ComfyUI does not answer.</summary>
    [JsonStringEnumMemberName("unreachable")] Unreachable,

    /// <summary>Kept away from work for a while after several failures.</summary>
    [JsonStringEnumMemberName("quarantined")] Quarantined,
}

/// <summary>A GPU as clients see it.</summary>
[GenerateSerializer, Immutable, Alias("continuity.gpu-view")]
public sealed record GpuView
{
    /// <summary>The GPU.</summary>
    [Id(0)] public required GpuRegistration Registration { get; init; }

    /// <summary>Its condition.</summary>
    [Id(1)] public required GpuStatus Status { get; init; }

    /// <summary>The attempts that hold its slots, the executing one first.</summary>
    [Id(2)] public ImmutableArray<TaskKey> Holders { get; init; } = [];

    /// <summary>Name of the device, such as <c>NVIDIA GeForce RTX 3090</c>; empty while unknown.</summary>
    [Id(3)] public string Device { get; init; } = "";

    /// <summary>Version of its ComfyUI; empty while unknown.</summary>
    [Id(4)] public string ComfyVersion { get; init; } = "";

    /// <summary>GPU memory in bytes; 0 while unknown.</summary>
    [Id(5)] public long VramTotal { get; init; }

    /// <summary>Free GPU memory in bytes at the last look.</summary>
    [Id(6)] public long VramFree { get; init; }

    /// <summary>Prompts completed since the queue grain started.</summary>
    [Id(7)] public long Completed { get; init; }

    /// <summary>Attempts failed since the queue grain started.</summary>
    [Id(8)] public long Failed { get; init; }

    /// <summary>What an operator wants of it.</summary>
    [Id(9)] public GpuMode Mode { get; init; }

    /// <summary>The silo that runs its queue grain; empty while none does.</summary>
    [Id(10)] public string Silo { get; init; } = "";

    /// <summary>Whether it drains and nothing is left there: no slot given out, no prompt of this farm in its ComfyUI.</summary>
    public bool IsDrained => Mode == GpuMode.Draining && Status is { Mode: GpuMode.Draining, Left: 0 } && Holders.IsEmpty;
}
