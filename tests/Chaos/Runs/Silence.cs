using Continuity.Chaos.Watching;

namespace Continuity.Chaos.Runs;

/// <summary>How long watchers heard nothing.</summary>
public static class Silence
{
    /// <summary>The longest time between two updates of one watcher.</summary>
    public static TimeSpan Longest(IEnumerable<WatchRecord> watches) => watches
        .Select(watch => watch.Sights)
        .SelectMany(sights => sights.Zip(sights.Skip(1), (first, second) => second.At - first.At))
        .DefaultIfEmpty(TimeSpan.Zero)
        .Max();
}
