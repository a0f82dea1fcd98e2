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

    /// <summary>Node classes its ComfyUI has; empty while unknown.</summary>
    [Id(5)] public ImmutableHashSet<string> NodeClasses { get; init; } = [];

    /// <summary>Model files believed to be in its memory.</summary>
    [Id(6)] public ImmutableHashSet<string> ResidentModels { get; init; } = [];

    /// <summary>Why slots are in use that were given to nobody, in words: prompts of others, or of an earlier run, stand in its queue.</summary>
    [Id(20)] public string? BusyWith { get; init; }

    /// <summary>How many of the slots in use are taken up by prompts of others: people, other programs, other farms.</summary>
    [Id(21)] public int SlotsOfOthers { get; init; }
}

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
}
