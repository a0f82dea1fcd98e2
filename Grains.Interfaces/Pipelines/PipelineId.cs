using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Continuity.Pipelines;

/// <summary>Identifies a pipeline: 1–64 characters of <c>a-z A-Z 0-9 . _ -</c>, chosen by the client so that a submission can be repeated safely.</summary>
/// <param name="Value">The text of the id; also the key of the pipeline's grain.</param>
[GenerateSerializer, Immutable, Alias("continuity.pipeline-id"), JsonConverter(typeof(PipelineIdJsonConverter))]
public readonly record struct PipelineId([property: Id(0)] string Value)
{
    private const int MaxLength = 64;

    // Crockford's base 32: no letter looks like another or like a digit.
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int BitsOfDigit = 5;
    private const int TimeDigits = 7;
    private const int RandomDigits = 7;

    // Counted in 32 ms from 2025-01-01, seven digits last until 2059 and then begin anew, which only costs a little order.
    private const long FirstMillisecond = 1_735_689_600_000;
    private const int MillisecondsOfTick = 32;

    /// <summary>
    /// Makes a new id, short enough to type: 14 digits and lower-case letters. The first half tells the time, so that what is stored of pipelines that come together lies together;
    /// the other half is 35 random bits.
    /// </summary>
    /// <returns>An id that has never been used.</returns>
    public static PipelineId New()
    {
        Span<byte> guid = stackalloc byte[16];
        Guid.CreateVersion7().TryWriteBytes(guid, bigEndian: true, out _);
        var milliseconds = (long)(BinaryPrimitives.ReadUInt64BigEndian(guid) >> 16);
        Span<char> text = stackalloc char[TimeDigits + RandomDigits];
        Write(text[..TimeDigits], (ulong)((milliseconds - FirstMillisecond) / MillisecondsOfTick));
        Write(text[TimeDigits..], BinaryPrimitives.ReadUInt64BigEndian(guid[8..]));
        return new PipelineId(new string(text));
    }

    /// <summary>Says whether a text may be used as a pipeline id.</summary>
    /// <param name="value">The text to check.</param>
    /// <returns><see langword="true"/> when it is well formed.</returns>
    public static bool IsValid(string? value) =>
        value is { Length: > 0 and <= MaxLength } && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <inheritdoc/>
    public override string ToString() => Value;

    private static void Write(Span<char> digits, ulong number)
    {
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            digits[i] = Digits[(int)(number & ((1 << BitsOfDigit) - 1))];
            number >>= BitsOfDigit;
        }
    }
}

/// <summary>Writes a <see cref="PipelineId"/> as a plain JSON string.</summary>
public sealed class PipelineIdJsonConverter : JsonConverter<PipelineId>
{
    /// <inheritdoc/>
    public override PipelineId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PipelineId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
