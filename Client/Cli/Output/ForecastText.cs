using System.Globalization;

using Continuity.Engine.Forecasts;
using Continuity.Tasks;

namespace Continuity.Cli.Output;

/// <summary>When a pipeline will be done, for people and for programs.</summary>
internal static class ForecastText
{
    private const double Minute = 60;
    private const double Hour = 3600;

    // Longer times are told in hours.
    private const double MostMinutes = 90 * Minute;

    /// <summary>How long it will take, in words; empty when that cannot be told.</summary>
    /// <param name="forecast">The forecast.</param>
    /// <param name="now">The time.</param>
    public static string Left(PipelineForecast forecast, DateTimeOffset now)
    {
        if (forecast.End is not { } end)
        {
            return "";
        }

        var passed = now - forecast.At;
        var (likely, most) = ((end.P50 - passed).TotalSeconds, (end.P90 - passed).TotalSeconds);
        var about = Number(likely);
        var atMost = Number(most);
        var limit = atMost == about ? "" : atMost.Unit == about.Unit && about.Text.Length > 0 ? $" ({atMost.Text} at most)" : $" ({Words(atMost)} at most)";
        return about.Text.Length == 0 ? $"a few seconds left{limit}" : $"{(forecast.IsRough ? "roughly" : "about")} {Words(about)} left{limit}";
    }

    /// <summary>The same with the stages, in one line; null when there is nothing to tell.</summary>
    public static string? Line(PipelineForecast forecast, DateTimeOffset now) => forecast switch
    {
        { End: null, WhyNot: { } why, Tasks.IsEmpty: true } => $"End not known: {why}",
        { End: null, WhyNot: { } why } => $"End not known: {why}. {Capital(string.Join(", ", Stages(forecast)))}",
        { Stages.Length: 1 } => Capital(Left(forecast, now)),
        _ => $"{Capital(Left(forecast, now))}: {string.Join(", ", Stages(forecast))}",
    };

    /// <summary>In how long a task will be done.</summary>
    public static string In(TimeLeft end) => Number(end.P50.TotalSeconds) is { Text.Length: > 0 } number ? $"in {Words(number)}" : "now";

    public static object? Json(PipelineForecast forecast) => forecast is { End: null, Stages.IsEmpty: true } ? null : new
    {
        forecast.At,
        EndSecondsP50 = Seconds(forecast.End?.P50),
        EndSecondsP90 = Seconds(forecast.End?.P90),
        forecast.IsRough,
        forecast.WhyNot,
        Stages = forecast.Stages.Select(stage => new { stage.Kind, stage.Left, EndSecondsP50 = Seconds(stage.End?.P50), EndSecondsP90 = Seconds(stage.End?.P90), stage.IsRough }),
    };

    public static double? Seconds(TimeSpan? time) => time is { } known ? Math.Round(known.TotalSeconds, 1) : null;

    private static IEnumerable<string> Stages(PipelineForecast forecast) => forecast.Stages
        .Where(stage => stage.End is not null)
        .Select(stage => $"{Words(stage.Kind, stage.Left)} {In(stage.End!.Value)}");

    private static string Words(TaskKind kind, int count) => Output.Words.Count(count, kind switch
    {
        TaskKind.GenerateKeyframe => "keyframe",
        TaskKind.GenerateVideo => "clip",
        TaskKind.UpscaleVideo => "larger clip",
        TaskKind.InterpolateVideo => "smoother clip",
        TaskKind.ExportTimeline => "film",
        _ => "task",
    });

    private static string Words((string Text, string Unit) number) => number.Text.Length == 0 ? "a few seconds" : number.Unit.Length == 0 ? number.Text : $"{number.Text} {number.Unit}";

    // No more digits than one can rely on.
    private static (string Text, string Unit) Number(double seconds) => seconds switch
    {
        < 5 => ("", ""),
        < 57.5 => (Whole(Math.Round(seconds / 5) * 5), "s"),
        < MostMinutes => (Whole(Math.Max(1, Math.Round(seconds / Minute))), "min"),
        _ => ($"{Whole(Math.Floor((seconds + (Minute * 5)) / Hour))} h {Whole(Math.Floor((seconds + (Minute * 5)) % Hour / Minute / 10) * 10)} min", ""),
    };

    private static string Whole(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
