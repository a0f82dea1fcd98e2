namespace Continuity.Engine.Scheduling;

/// <summary>What the choice of tickets weighs.</summary>
public sealed record SchedulerOptions
{
    /// <summary>
    /// For so long younger tickets of a pipeline may go before an older one because a GPU holds their models. 30 minutes are some clips with their loads; a shorter bound costs more loads: in the
    /// workloads of <c>bench/Scheduling</c> 15 minutes cost up to 3 % of the time.
    /// </summary>
    public TimeSpan MaxDeferral { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>So long before the executing prompt can end the next one is staged behind it: time to upload its inputs and to post it.</summary>
    public TimeSpan StageAhead { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// A second of loading is worth so many seconds of GPU time that another share is behind: a share that is owed less waits for a GPU that holds its models. 8 keeps the loading that fairness
    /// costs to about a tenth of the work, and shares within a few per cent of each other over an hour.
    /// </summary>
    public double LoadAgainstShare { get; init; } = 8;
}
