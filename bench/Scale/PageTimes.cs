using System.Diagnostics;

namespace Continuity.Bench.Scale;

/// <summary>How long a page of a list takes, in milliseconds.</summary>
/// <param name="Name">Which page.</param>
/// <param name="Found">How many pipelines are on it.</param>
/// <param name="P50">The median.</param>
/// <param name="P99">What all but one in a hundred keep to.</param>
internal sealed record PageTimes(string Name, int Found, double P50, double P99)
{
    /// <summary>Whether it is a page of this farm, and not one to compare it with.</summary>
    public bool IsOurs { get; init; } = true;

    public static async Task<PageTimes> OfAsync(string name, int times, Func<Task<int>> read)
    {
        // The first pages pay for plans and connections.
        var found = await read();
        await read();
        List<double> took = [];
        for (var i = 0; i < times; i++)
        {
            var clock = Stopwatch.StartNew();
            await read();
            took.Add(clock.Elapsed.TotalMilliseconds);
        }

        took.Sort();
        return new PageTimes(name, found, took[times / 2], took[(int)Math.Min(times - 1, times * 0.99)]);
    }
}
