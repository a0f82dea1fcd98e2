using System.Globalization;
using System.Text;

namespace Continuity.Simulator.Json;

/// <summary>
/// NaN, Infinity and -Infinity, which Python's json module takes for numbers: they are put as numbers that JSON allows and nobody writes,
/// and recognised again by their text.
/// </summary>
internal static class PythonNumbers
{
    private const string NotANumber = "-0E77777777";
    private const string Infinite = "1E77777777";

    public static ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> utf8)
    {
        var span = utf8.Span;
        if (span.IndexOf("NaN"u8) < 0 && span.IndexOf("Infinity"u8) < 0)
        {
            return utf8;
        }

        using var encoded = new MemoryStream(span.Length + 16);
        var isText = false;
        for (var i = 0; i < span.Length; i++)
        {
            var rest = span[i..];
            if (!isText && (rest.StartsWith("NaN"u8) || rest.StartsWith("Infinity"u8)))
            {
                var isNaN = rest[0] == (byte)'N';
                encoded.Write(Encoding.ASCII.GetBytes(isNaN ? NotANumber : Infinite));
                i += (isNaN ? "NaN".Length : "Infinity".Length) - 1;
                continue;
            }

            isText ^= span[i] == '"';
            encoded.WriteByte(span[i]);
            if (isText && span[i] == '\\' && i + 1 < span.Length)
            {
                encoded.WriteByte(span[++i]);
            }
        }

        return encoded.ToArray();
    }

    public static double Decode(string raw) => raw switch
    {
        NotANumber => double.NaN,
        Infinite => double.PositiveInfinity,
        "-" + Infinite => double.NegativeInfinity,
        _ => double.Parse(raw, CultureInfo.InvariantCulture),
    };
}
