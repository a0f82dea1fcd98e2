using System.Globalization;

namespace Continuity.Bench.Watch;

/// <summary>What those who looked on in one way saw.</summary>
/// <param name="Way">The way.</param>
/// <param name="Watchers">How many looked on.</param>
/// <param name="Live">From a message about what executes to the sight of it.</param>
/// <param name="Ended">From ComfyUI's word that a prompt has succeeded to the sight of its recorded result: the files are fetched and made durable in between.</param>
/// <param name="Recorded">From the decision about a task's row to the sight of it: the durable write is in between.</param>
/// <param name="Starts">From the start of a watch to the first sight of the whole pipeline, where all start at once.</param>
internal sealed record Figures(string Way, int Watchers, Latencies Live, Latencies Ended, Latencies Recorded, Latencies Starts)
{
    public static string Head => string.Create(
        CultureInfo.InvariantCulture,
        $"{"",-22} {"watchers",8}   {"live progress: p50",18} {"p99",7} {"worst",7} {"seen",6}   {"row recorded: p50",17} {"p99",7}   {"success to result: p50",22} {"p99",7}   {"start: p50",10} {"p99",7}");

    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"{Way,-22} {Watchers,8}   {Live.P50,18:0.00} {Live.P99,7:0.0} {Live.Worst,7:0.0} {Live.SeenShare,6:0%}   {Recorded.P50,17:0.0} {Recorded.P99,7:0.0}   {Ended.P50,22:0.0} {Ended.P99,7:0.0}   {Starts.P50,10:0.0} {Starts.P99,7:0.0}");

    public object Json => new { way = Way, watchers = Watchers, live = Of(Live), recorded = Of(Recorded), successToResult = Of(Ended), start = Of(Starts) };

    private static object? Of(Latencies times) => times.Values.Count == 0 ? null : new { p50 = Math.Round(times.P50, 2), p99 = Math.Round(times.P99, 2), worst = Math.Round(times.Worst, 2), seen = times.Sent == 0 ? (double?)null : Math.Round(times.SeenShare, 3) };
}
