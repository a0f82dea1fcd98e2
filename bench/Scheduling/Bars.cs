using System.Globalization;

using Continuity.Engine.Scheduling;

namespace Continuity.Bench.Scheduling;

/// <summary>What a workload gave.</summary>
/// <param name="Workload">The workload.</param>
/// <param name="LowerBound">Its lower bound, in seconds.</param>
/// <param name="Ours">The figures of the production policy.</param>
/// <param name="Baselines">Those of the others.</param>
internal sealed record Outcome(Workload Workload, double LowerBound, Figures Ours, IReadOnlyList<Figures> Baselines);

/// <summary>A bar of one workload, or of the speed of decisions.</summary>
/// <param name="Name">What is asked for.</param>
/// <param name="Where">The workload, and the baseline if there is one.</param>
/// <param name="Value">What was reached.</param>
/// <param name="Limit">What must be.</param>
/// <param name="Holds">Whether it is.</param>
/// <param name="Reach">More than this no schedule can reach, by the lower bound; where that is known.</param>
internal sealed record Bar(string Name, string Where, double Value, double Limit, bool Holds, double? Reach = null)
{
    /// <summary>Whether it is asked for: not where only a schedule nearer to the lower bound than is asked for could have it.</summary>
    public bool Counts => !(Reach < Limit * Bars.MostOverBound);
}

/// <summary>What is asked of the production policy.</summary>
internal static class Bars
{
    public const double MostOverBound = 1.1;
    private const double LeastGain = 1.5;
    private const double ShareError = 0.05;
    private const double LeastDecisionsPerSecond = 5000;

    // No slower, but for the milliseconds of a hand-over and whose task happens to be the last.
    private const double Tie = 1.001;

    // What the policy is set to.
    private static readonly TimeSpan LongestDeferral = new SchedulerOptions().MaxDeferral;

    public static IEnumerable<Bar> Of(Outcome outcome)
    {
        var (workload, bound, ours, baselines) = outcome;
        if (workload.IsMixed)
        {
            yield return AtMost("makespan over the lower bound", workload.Name, ours.Makespan / bound, MostOverBound);
        }

        foreach (var baseline in baselines)
        {
            var where = $"{workload.Name}, {baseline.Policy}";
            yield return AtMost("makespan over a baseline's", where, ours.Makespan / baseline.Makespan, Tie);
            if (workload.HasSwaps && baseline.Policy is "SwarmUI" or "FIFO")
            {
                yield return AtLeast("times as fast", where, baseline.Makespan / ours.Makespan, LeastGain) with { Reach = baseline.Makespan / bound };
            }
        }

        yield return AtMost("longest deferral, s", workload.Name, ours.LongestDeferral, LongestDeferral.TotalSeconds);
        if (workload.IsShared)
        {
            yield return AtMost("error of a share of one half", workload.Name, Math.Abs(ours.Shares[0] - 0.5), ShareError);
        }
    }

    public static Bar OfDecisions(string where, double perSecond) => AtLeast("decisions/s", where, perSecond, LeastDecisionsPerSecond);

    public static string Describe(Bar bar) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Verdict(bar),-13} {bar.Name,-30} {bar.Where,-26} {bar.Value,10:#,0.###} (limit {bar.Limit:#,0.###}{(bar.Reach is { } reach ? $", the lower bound {reach:0.##}" : "")})");

    private static string Verdict(Bar bar) => bar switch
    {
        { Counts: false } => "out of reach",
        { Holds: true } => "holds",
        _ => "does not hold",
    };

    private static Bar AtMost(string name, string where, double value, double limit) => new(name, where, value, limit, value <= limit);

    private static Bar AtLeast(string name, string where, double value, double limit) => new(name, where, value, limit, value >= limit);
}
