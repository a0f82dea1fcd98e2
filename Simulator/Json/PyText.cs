using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Continuity.Simulator.Json;

/// <summary>Python's str() and repr(), which show up in validation messages, ids and errors.</summary>
internal static class PyText
{
    public static string Str(object? value) => value is string text ? text : Repr(value);

    public static string Repr(object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        string text => Quote(text),
        double number => Float(number),
        IEnumerable<KeyValuePair<string, object?>> dict => "{" + string.Join(", ", dict.Select(p => Quote(p.Key) + ": " + Repr(p.Value))) + "}",
        IEnumerable list => "[" + string.Join(", ", list.Cast<object?>().Select(Repr)) + "]",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    public static string Float(double value, bool json = false)
    {
        if (double.IsNaN(value))
        {
            return json ? "NaN" : "nan";
        }

        if (double.IsInfinity(value))
        {
            return (value < 0 ? "-" : "") + (json ? "Infinity" : "inf");
        }

        var magnitude = Math.Abs(value);
        if (magnitude is not 0 and (< 1e-4 or >= 1e16))
        {
            var text = value.ToString("E16", CultureInfo.InvariantCulture);
            var shortest = value.ToString("R", CultureInfo.InvariantCulture);
            return Exponent(shortest.Contains('E', StringComparison.Ordinal) ? shortest : text);
        }

        var plain = ((decimal)magnitude == 0 && magnitude != 0) ? "0" : value.ToString("R", CultureInfo.InvariantCulture);
        if (plain.Contains('E', StringComparison.Ordinal))
        {
            plain = value.ToString("F99", CultureInfo.InvariantCulture).TrimEnd('0');
            return plain.EndsWith('.') ? plain + "0" : plain;
        }

        return plain.Contains('.', StringComparison.Ordinal) ? plain : plain + ".0";
    }

    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        string => "str",
        double => "float",
        int or long or BigInteger => "int",
        IDictionary<string, object?> => "dict",
        IList => "list",
        _ => value.GetType().Name,
    };

    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        string text => text.Length > 0,
        long number => number != 0,
        double number => number != 0,
        BigInteger number => !number.IsZero,
        ICollection items => items.Count > 0,
        ICollection<KeyValuePair<string, object?>> items => items.Count > 0,
        _ => true,
    };

    private static string Exponent(string text)
    {
        // .NET writes 1E+16 and 1E-05 where Python writes 1e+16 and 1e-05.
        var at = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = text[..at];
        if (mantissa.Contains('.', StringComparison.Ordinal))
        {
            mantissa = mantissa.TrimEnd('0').TrimEnd('.');
        }

        var exponent = int.Parse(text[(at + 1)..], CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    private static string Quote(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var builder = new StringBuilder().Append(quote);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\\' => builder.Append("\\\\"),
                '\n' => builder.Append("\\n"),
                '\r' => builder.Append("\\r"),
                '\t' => builder.Append("\\t"),
                _ when c == quote => builder.Append('\\').Append(c),
                < ' ' or '\u007f' => builder.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => builder.Append(c),
            };
        }

        return builder.Append(quote).ToString();
    }
}
