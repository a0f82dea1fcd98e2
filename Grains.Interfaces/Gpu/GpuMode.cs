using System.Text.Json.Serialization;

namespace Continuity.Gpu;

/// <summary>What an operator wants of a GPU. Whether it can is its <see cref="GpuHealth"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GpuMode>))]
public enum GpuMode
{
    /// <summary>Takes work.</summary>
    [JsonStringEnumMemberName("active")] Active,

    /// <summary>Gets nothing new; what is in its ComfyUI, staged prompts too, goes on to its end.</summary>
    [JsonStringEnumMemberName("paused")] Paused,

    /// <summary>Gets nothing new; what runs goes on to its end, what is staged behind it is taken back and goes elsewhere.</summary>
    [JsonStringEnumMemberName("draining")] Draining,
}
