using System.Globalization;
using System.Runtime.InteropServices;

namespace Continuity.Grains.Media;

/// <summary>Frames a second, as the exact fraction that containers use.</summary>
/// <param name="Numerator">At least 1.</param>
/// <param name="Denominator">At least 1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FrameRate(int Numerator, int Denominator)
{
    /// <summary>Frames a second.</summary>
    public double Value => (double)Numerator / Denominator;

    /// <summary>Reads <c>24000/1001</c> or <c>24</c>; <see langword="null"/> for anything that is not a positive rate, such as ffprobe's <c>0/0</c>.</summary>
    public static FrameRate? Parse(string? text)
    {
        var parts = (text ?? "").Split('/');
        var numerator = 0;
        var denominator = 1;
        var read = parts.Length is 1 or 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out numerator)
            && (parts.Length == 1 || int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out denominator));
        return read && numerator > 0 && denominator > 0 ? new FrameRate(numerator, denominator).Reduced() : null;
    }

    /// <summary>The time at which a frame begins, in units of 1/<paramref name="unitsPerSecond"/> s, rounded to the nearest.</summary>
    public long StartOf(long frame, int unitsPerSecond)
    {
        var scaled = (Int128)frame * Denominator * unitsPerSecond;
        return (long)((scaled + (Numerator / 2)) / Numerator);
    }

    /// <summary>How long a number of frames lasts.</summary>
    public TimeSpan DurationOf(long frames) => TimeSpan.FromTicks(StartOf(frames, (int)TimeSpan.TicksPerSecond));

    /// <summary>The nearest whole number of frames in a time.</summary>
    public long FramesIn(TimeSpan time) => (long)Math.Round(time.TotalSeconds * Numerator / Denominator, MidpointRounding.AwayFromZero);

    /// <summary>Compares exactly.</summary>
    public bool IsFasterThan(FrameRate other) => ((long)Numerator * other.Denominator) > (long)other.Numerator * Denominator;

    /// <summary>As ffmpeg reads it, such as <c>24000/1001</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    private FrameRate Reduced()
    {
        var (a, b) = (Numerator, Denominator);
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return new FrameRate(Numerator / a, Denominator / a);
    }
}
