using System.Collections.Concurrent;
using System.Diagnostics;

namespace Continuity.Bench;

/// <summary>Keeps so many chains under way at any time.</summary>
internal static class InFlight
{
    public static async Task<ChainTimes> RunAsync(int chains, int inFlight, Func<Task> chain)
    {
        var times = new ConcurrentBag<double>();
        var started = 0;
        var whole = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref started) <= chains)
            {
                var since = Stopwatch.GetTimestamp();
                await chain();
                times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            }
        })));
        return new ChainTimes([.. times], whole.Elapsed);
    }
}
