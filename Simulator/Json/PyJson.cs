using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Continuity.Simulator.Json;

/// <summary>Reads and writes JSON the way Python's json module does: ", " and ": " between items, non-ASCII escaped, floats with a point.</summary>
internal static class PyJson
{
    private static readonly SearchValues<char> Special = SearchValues.Create(
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f");

    private const int LargestSpare = 64 * 1024;
    private static StringBuilder? _spare;

    public static object? Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8))
        {
            throw new JsonException("Unexpected UTF-8 BOM");
        }

        using var document = JsonDocument.Parse(PythonNumbers.Encode(utf8), new JsonDocumentOptions { MaxDepth = 512 });
        return Convert(document.RootElement);
    }

    public static string Write(object? value)
    {
        var builder = Interlocked.Exchange(ref _spare, null) ?? new StringBuilder(1024);
        Write(builder, value);
        var text = builder.ToString();
        if (builder.Capacity <= LargestSpare)
        {
            _spare = builder.Clear();
        }

        return text;
    }

    private static object? Convert(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => ConvertObject(element),
        JsonValueKind.Array => element.EnumerateArray().Select(Convert).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => ConvertNumber(element),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static PyDict ConvertObject(JsonElement element)
    {
        var dict = new PyDict();
        foreach (var property in element.EnumerateObject())
        {
            dict[property.Name] = Convert(property.Value);
        }

        return dict;
    }

    private static object ConvertNumber(JsonElement element)
    {
        if (element.TryGetInt64(out var number))
        {
            return number;
        }

        var raw = element.GetRawText();
        return raw.AsSpan().ContainsAny('.', 'e', 'E') ? PythonNumbers.Decode(raw) : BigInteger.Parse(raw, CultureInfo.InvariantCulture);
    }

    private static void Write(StringBuilder builder, object? value)
    {
        switch (value)
        {
            case null:
                builder.Append("null");
                break;
            case bool flag:
                builder.Append(flag ? "true" : "false");
                break;
            case string text:
                WriteString(builder, text);
                break;
            case long number:
                builder.Append(number);
                break;
            case int number:
                builder.Append(number);
                break;
            case BigInteger:
                builder.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case double real:
                builder.Append(PyText.Float(real, json: true));
                break;
            case IEnumerable<KeyValuePair<string, object?>> dict:
                WriteDict(builder, dict);
                break;
            case IEnumerable list:
                WriteList(builder, list);
                break;
            default:
                throw new NotSupportedException($"A value of type {value.GetType()} has no JSON form.");
        }
    }

    private static void WriteDict(StringBuilder builder, IEnumerable<KeyValuePair<string, object?>> dict)
    {
        builder.Append('{');
        var separator = string.Empty;
        foreach (var (key, item) in dict)
        {
            builder.Append(separator);
            WriteString(builder, key);
            builder.Append(": ");
            Write(builder, item);
            separator = ", ";
        }

        builder.Append('}');
    }

    private static void WriteList(StringBuilder builder, IEnumerable list)
    {
        builder.Append('[');
        var separator = string.Empty;
        foreach (var item in list)
        {
            builder.Append(separator);
            Write(builder, item);
            separator = ", ";
        }

        builder.Append(']');
    }

    private static void WriteString(StringBuilder builder, string text)
    {
        builder.Append('"');
        if (text.AsSpan().IndexOfAny(Special) < 0 && Ascii.IsValid(text))
        {
            builder.Append(text).Append('"');
            return;
        }

        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => builder.Append("\\\""),
                '\\' => builder.Append("\\\\"),
                '\n' => builder.Append("\\n"),
                '\r' => builder.Append("\\r"),
                '\t' => builder.Append("\\t"),
                '\b' => builder.Append("\\b"),
                '\f' => builder.Append("\\f"),
                < ' ' or > '~' => builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => builder.Append(c),
            };
        }

        builder.Append('"');
    }
}
