using System.Text.Json.Serialization;

namespace Continuity.Gpu;

/// <summary>A ComfyUI instance that may be used.</summary>
/// <param name="Id">The GPU.</param>
/// <param name="Address">The base address of its ComfyUI, such as <c>http://127.0.0.1:8188/</c>.</param>
/// <param name="Name">Name for people.</param>
[GenerateSerializer, Immutable, Alias("continuity.gpu-registration")]
public sealed record GpuRegistration([property: Id(0)] GpuId Id, [property: Id(1)] Uri Address, [property: Id(2)] string Name)
{
    /// <summary>Who made it known, which decides how long it stays.</summary>
    [Id(3)] public GpuOrigin Origin { get; init; }

    /// <summary>The silo whose configuration names it, or the session that brought it; empty for one that an operator added.</summary>
    [Id(4)] public string Owner { get; init; } = "";
}

/// <summary>Who made a GPU known. A later one goes before an earlier one.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GpuOrigin>))]
public enum GpuOrigin
{
    /// <summary>A command that runs in a terminal: the GPU goes when that ends.</summary>
    [JsonStringEnumMemberName("session")] Session,

    /// <summary>The configuration of a silo: the GPU stays, also when that silo is away, until its configuration no longer names it or an operator removes it.</summary>
    [JsonStringEnumMemberName("configured")] Configured,

    /// <summary>An operator, at run time: the GPU stays until an operator removes it.</summary>
    [JsonStringEnumMemberName("added")] Added,
}
