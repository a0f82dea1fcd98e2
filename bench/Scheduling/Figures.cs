namespace Continuity.Bench.Scheduling;

/// <summary>The figures of a run. Times are in seconds of the simulation.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Makespan">When all was done.</param>
/// <param name="Swaps">Times that a GPU loaded models before it could work, or for no task.</param>
/// <param name="SwapSeconds">How long GPUs loaded.</param>
/// <param name="Busy">The part of the GPUs' time, until all was done, in which they worked; loading is not work.</param>
/// <param name="WaitP50">Half of the tasks waited no longer, from ready to start.</param>
/// <param name="WaitP95">19 of 20 tasks waited no longer.</param>
/// <param name="LongestDeferral">See <see cref="Deferral"/>.</param>
/// <param name="Jain">See <see cref="ShareMeter"/>.</param>
/// <param name="Shares">The parts of the GPU seconds that owners got while they and others waited.</param>
/// <param name="DecisionsPerSecond">Decisions for each second of this machine's time inside the policy, which is told of ready tasks, plans and chooses.</param>
internal sealed record Figures(
    string Policy,
    double Makespan,
    int Swaps,
    double SwapSeconds,
    double Busy,
    double WaitP50,
    double WaitP95,
    double LongestDeferral,
    double? Jain,
    IReadOnlyList<double> Shares,
    double DecisionsPerSecond)
{
    public static Figures Of(Workload workload, ISchedulingPolicy policy, RunLog log)
    {
        var ofTasks = log.Spans.Where(span => span.Task is not null).ToList();
        var makespan = ofTasks.Max(span => span.To);
        var swapSeconds = log.Spans.Sum(span => span.LoadSeconds);
        var waits = ofTasks.Select(span => span.From - log.ReadyAt[span.Task!.Index]).Order().ToList();
        var got = log.Shares.Got.Sum();
        return new Figures(
            policy.Name,
            makespan,
            log.Spans.Count(span => span.LoadSeconds > 0),
            swapSeconds,
            ofTasks.Sum(span => span.To - span.From - span.LoadSeconds) / (makespan * workload.Gpus.Count),
            waits[(int)(waits.Count * 0.5)],
            waits[(int)(waits.Count * 0.95)],
            Deferral.Longest(ofTasks, log.ReadyOrder),
            log.Shares.Jain,
            got > 0 ? [.. log.Shares.Got.Select(seconds => seconds / got)] : [],
            log.Decisions / log.PolicyTime.TotalSeconds);
    }
}
