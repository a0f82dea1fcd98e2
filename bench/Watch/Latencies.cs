using System.Diagnostics;

namespace Continuity.Bench.Watch;

/// <summary>Times in milliseconds.</summary>
/// <param name="Values">All of them, ascending.</param>
/// <param name="Sent">How many messages there were; 0 where there was none to wait for.</param>
/// <param name="Watchers">How many looked on.</param>
internal sealed record Latencies(IReadOnlyList<double> Values, int Sent, int Watchers)
{
    public double P50 => At(0.5);

    public double P99 => At(0.99);

    public double Worst => At(1);

    /// <summary>The share of the messages that were seen: what a newer one overtook is not.</summary>
    public double SeenShare => (double)Values.Count / Sent / Watchers;

    /// <summary>From the messages to the sight of them.</summary>
    public static Latencies Of(MessageTimes messages, IReadOnlyCollection<Watcher> watchers, params MarkKind[] kinds)
    {
        var sent = messages.Sent.Where(message => kinds.Contains(message.Key.Mark.Kind)).ToList();
        return new Latencies(Sorted(watchers.SelectMany(watcher => sent
            .Where(message => watcher.Seen.ContainsKey(message.Key))
            .Select(message => Stopwatch.GetElapsedTime(message.Value, watcher.Seen[message.Key]).TotalMilliseconds))), sent.Count, watchers.Count);
    }

    /// <summary>From the decision about rows to the sight of them.</summary>
    public static Latencies OfRows(IReadOnlyCollection<Watcher> watchers) => new(Sorted(watchers.SelectMany(watcher => watcher.Rows)), 0, watchers.Count);

    /// <summary>From the start of a watch to the first sight of the whole pipeline.</summary>
    public static async Task<Latencies> OfStartsAsync(IReadOnlyCollection<Watcher> watchers) => new(Sorted(await Task.WhenAll(watchers.Select(watcher => watcher.Start))), 0, watchers.Count);

    private static List<double> Sorted(IEnumerable<double> values)
    {
        var sorted = values.ToList();
        sorted.Sort();
        return sorted;
    }

    private double At(double share) => Values.Count == 0 ? double.NaN : Values[(int)Math.Min(Values.Count - 1, share * Values.Count)];
}
