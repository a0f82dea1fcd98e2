using Continuity.Chaos.Processes;
using Continuity.Cluster.Tests.Films;
using Continuity.Cluster.Tests.Processes;

namespace Continuity.Cluster.Tests.Crashes;

/// <summary>When to kill, drawn from a seed: after a number of events and a little while, so that it falls at any point of a task's life.</summary>
internal static class KillPlan
{
    private const string KillsVariable = "CONTINUITY_KILLS";

    // About the time between two events.
    private const int LongestDelayMilliseconds = 500;

    /// <summary>One seed for each killed export; <c>CONTINUITY_SEED</c> is the first of them, <c>CONTINUITY_KILLS</c> says how many (1).</summary>
    public static IEnumerable<int> Seeds()
    {
        var first = Chaos.Runs.Seeds.First();
        return Enumerable.Range(first, Chaos.Runs.Seeds.Read(KillsVariable) ?? 1);
    }

    /// <summary>Lets a process run to a random moment before its end, and kills it.</summary>
    /// <returns>Whether it was killed; it may have been faster.</returns>
    public static async Task<bool> KillAsync(ProgramRun program, Random random, int mostEvents = Story.Changes)
    {
        var (events, delay) = (random.Next(mostEvents), TimeSpan.FromMilliseconds(random.Next(LongestDelayMilliseconds)));
        await program.EventsAsync(events);
        await Task.Delay(delay, TimeProvider.System);
        return await program.KillAsync();
    }
}
