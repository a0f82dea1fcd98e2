using System.Text.Json;
using System.Text.Json.Serialization;

namespace Continuity.Pipelines;

/// <summary>Identifies a pipeline: 1–64 characters of <c>a-z A-Z 0-9 . _ -</c>, chosen by the client so that a submission can be repeated safely.</summary>
/// <param name="Value">The text of the id; also the key of the pipeline's grain.</param>
[GenerateSerializer, Immutable, Alias("continuity.pipeline-id"), JsonConverter(typeof(PipelineIdJsonConverter))]
public readonly record struct PipelineId([property: Id(0)] string Value)
{
    private const int MaxLength = 64;

    /// <summary>Makes a new random id, short enough to type: 12 lower-case hexadecimal digits.</summary>
    /// <returns>An id that has never been used.</returns>
    public static PipelineId New() => new(Guid.NewGuid().ToString("N")[..12]);

    /// <summary>Says whether a text may be used as a pipeline id.</summary>
    /// <param name="value">The text to check.</param>
    /// <returns><see langword="true"/> when it is well formed.</returns>
    public static bool IsValid(string? value) =>
        value is { Length: > 0 and <= MaxLength } && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Writes a <see cref="PipelineId"/> as a plain JSON string.</summary>
public sealed class PipelineIdJsonConverter : JsonConverter<PipelineId>
{
    /// <inheritdoc/>
    public override PipelineId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PipelineId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
