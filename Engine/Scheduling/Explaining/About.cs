using System.Globalization;

namespace Continuity.Engine.Scheduling.Explaining;

/// <summary>How a time is told of which only the size is known.</summary>
public static class About
{
    /// <summary>Words a time, such as <c>about 40 s</c>.</summary>
    /// <param name="time">The time.</param>
    /// <returns>The words, coarser the longer it is.</returns>
    public static string Of(TimeSpan time) => time.TotalSeconds switch
    {
        < 1 => "a moment",
        < 20 => Words(time.TotalSeconds, 1, "s"),
        < 90 => Words(time.TotalSeconds / 5, 5, "s"),
        < 5400 => Words(time.TotalMinutes, 1, "min"),
        < 172_800 => Words(time.TotalHours, 1, "h"),
        _ => Words(time.TotalDays, 1, "days"),
    };

    private static string Words(double number, int unit, string name) => string.Create(CultureInfo.InvariantCulture, $"about {Math.Round(number) * unit:0} {name}");
}
