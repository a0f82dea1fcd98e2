using System.Collections;
using System.Globalization;
using System.Numerics;

namespace Continuity.Simulator.Json;

/// <summary>Python's number conversions and comparisons, which decide what validation lets through and what the cache calls equal.</summary>
internal static class PyNumber
{
    public static object ToInt(object? value)
    {
        switch (value)
        {
            case long or BigInteger:
                return value;
            case int number:
                return (long)number;
            case bool flag:
                return flag ? 1L : 0L;
            case double.NaN:
                throw new PythonException("ValueError", "cannot convert float NaN to integer");
            case double number when double.IsInfinity(number):
                throw new PythonException("OverflowError", "cannot convert float infinity to integer");
            case double number:
                return Shrink(new BigInteger(Math.Truncate(number)));
            case string text:
                var digits = text.Trim().Replace("_", "", StringComparison.Ordinal);
                return BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
                    ? Shrink(parsed)
                    : throw new PythonException("ValueError", $"invalid literal for int() with base 10: {PyText.Repr(text)}");
            default:
                throw new PythonException(
                    "TypeError",
                    $"int() argument must be a string, a bytes-like object or a real number, not '{PyText.TypeName(value)}'");
        }
    }

    public static double ToFloat(object? value) => value switch
    {
        double number => number,
        long number => number,
        int number => number,
        BigInteger number => (double)number,
        bool flag => flag ? 1 : 0,
        string text => double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : throw new PythonException("ValueError", $"could not convert string to float: {PyText.Repr(text)}"),
        _ => throw new PythonException("TypeError", $"float() argument must be a string or a real number, not '{PyText.TypeName(value)}'"),
    };

    public static bool IsNumber(object? value) => value is bool or int or long or double or BigInteger;

    /// <summary>Exact for integers of any size, so a seed one above 2^64-1 is refused.</summary>
    public static int Compare(object? left, object? right)
    {
        if (!IsNumber(left) || !IsNumber(right))
        {
            throw new PythonException(
                "TypeError",
                $"'<' not supported between instances of '{PyText.TypeName(left)}' and '{PyText.TypeName(right)}'");
        }

        return left is double || right is double
            ? ToFloat(left).CompareTo(ToFloat(right))
            : ToBig(left).CompareTo(ToBig(right));
    }

    public static bool AreEqual(object? left, object? right)
    {
        if (IsNumber(left) && IsNumber(right))
        {
            return Compare(left, right) == 0;
        }

        return (left, right) switch
        {
            (null, null) => true,
            (string a, string b) => a == b,
            (IDictionary<string, object?> a, IDictionary<string, object?> b) =>
                a.Count == b.Count && a.All(p => b.TryGetValue(p.Key, out var other) && AreEqual(p.Value, other)),
            (IList a, IList b) => a.Count == b.Count && a.Cast<object?>().Zip(b.Cast<object?>()).All(p => AreEqual(p.First, p.Second)),
            _ => false,
        };
    }

    private static BigInteger ToBig(object? value) => value switch
    {
        BigInteger big => big,
        long number => number,
        int number => number,
        bool flag => flag ? 1 : 0,
        _ => throw new ArgumentException($"{value} is not an integer.", nameof(value)),
    };

    internal static object Shrink(BigInteger value)
    {
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            return (long)value;
        }

        return value;
    }
}
