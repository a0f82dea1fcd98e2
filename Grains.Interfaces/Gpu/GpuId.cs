using System.Text.Json;
using System.Text.Json.Serialization;

namespace Continuity.Gpu;

/// <summary>Identifies one ComfyUI instance, which drives one GPU. By default its host and port, such as <c>127.0.0.1:8188</c>.</summary>
/// <param name="Value">The text of the id; also the key of the GPU's queue grain.</param>
[GenerateSerializer, Immutable, Alias("continuity.gpu-id"), JsonConverter(typeof(GpuIdJsonConverter))]
public readonly record struct GpuId([property: Id(0)] string Value)
{
    /// <summary>The id of the instance behind an address: <c>host:port</c>, and the path where there is one.</summary>
    /// <param name="address">The base address of the instance.</param>
    /// <returns>The same id for every spelling of one address.</returns>
    public static GpuId FromAddress(Uri address) =>
        new($"{(address.Host == "localhost" ? "127.0.0.1" : address.Host)}:{address.Port}{address.AbsolutePath.TrimEnd('/')}");

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Writes a <see cref="GpuId"/> as a plain JSON string.</summary>
public sealed class GpuIdJsonConverter : JsonConverter<GpuId>
{
    /// <inheritdoc/>
    public override GpuId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, GpuId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
