using System.Text.Json;
using System.Text.Json.Serialization;

namespace Continuity.Tasks;

/// <summary>The sort of a fault. Each sort has one policy: what is tried next, and whether it counts as a retry.</summary>
[JsonConverter(typeof(FaultClassJsonConverter))]
public enum FaultClass
{
    /// <summary>The workflow or its inputs are wrong: trying again cannot help.</summary>
    [JsonStringEnumMemberName("validation")] Validation,

    /// <summary>The GPU's ComfyUI lacks a node class or a model file: another GPU may have it.</summary>
    [JsonStringEnumMemberName("missing")] Missing,

    /// <summary>Not enough GPU memory for this task on this GPU.</summary>
    [JsonStringEnumMemberName("outOfMemory")] OutOfMemory,

    /// <summary>A node failed while it ran.</summary>
    [JsonStringEnumMemberName("node")] Node,

    /// <summary>The GPU, its driver or its ComfyUI is broken.</summary>
    [JsonStringEnumMemberName("gpu")] Gpu,

    /// <summary>ComfyUI could not be reached. The prompt may well go on.</summary>
    [JsonStringEnumMemberName("connection")] Connection,

    /// <summary>ComfyUI itself failed while it took the prompt in (HTTP 5xx).</summary>
    [JsonStringEnumMemberName("server")] Server,

    /// <summary>ComfyUI no longer knows the prompt, for example after a restart.</summary>
    [JsonStringEnumMemberName("lost")] Lost,

    /// <summary>No progress for too long.</summary>
    [JsonStringEnumMemberName("stalled")] Stalled,

    /// <summary>ComfyUI reported success, but the expected files are not there.</summary>
    [JsonStringEnumMemberName("noOutput")] NoOutput,

    /// <summary>The task took down several GPUs and is not tried any more.</summary>
    [JsonStringEnumMemberName("poisoned")] Poisoned,

    /// <summary>A film or a frame could not be made from the clips.</summary>
    [JsonStringEnumMemberName("media")] Media,

    /// <summary>Somebody else interrupted the prompt in ComfyUI.</summary>
    [JsonStringEnumMemberName("interrupted")] Interrupted,

    /// <summary>A fault in this system itself.</summary>
    [JsonStringEnumMemberName("internal")] Internal,

    /// <summary>The prompt was taken back before it started: its GPU was taken out of work, or it goes elsewhere.</summary>
    [JsonStringEnumMemberName("drained")] Drained,
}

/// <summary>
/// Writes a <see cref="FaultClass"/> as its name. A name that this version does not know yet is read as <see cref="FaultClass.Internal"/>: during an upgrade older
/// silos read what newer ones wrote, and the message beside it says what happened.
/// </summary>
public sealed class FaultClassJsonConverter : JsonConverter<FaultClass>
{
    private static readonly JsonConverter<FaultClass> Names =
        (JsonConverter<FaultClass>)new JsonStringEnumConverter<FaultClass>().CreateConverter(typeof(FaultClass), JsonSerializerOptions.Default);

    /// <inheritdoc/>
    public override FaultClass Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return Names.Read(ref reader, typeToConvert, options);
        }
        catch (JsonException)
        {
            return FaultClass.Internal;
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, FaultClass value, JsonSerializerOptions options) => Names.Write(writer, value, options);
}
