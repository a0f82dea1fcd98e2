using Continuity.Gpu;

namespace Continuity.Engine.Accounts;

/// <summary>
/// How much of an execution was the loading of models. ComfyUI does not tell; the whole time is known, and what the loads and the work were thought to take when the GPU was chosen. An estimate,
/// by the same measures by which the scheduler learns (<see cref="Scheduling.Scheduler.Ended"/>).
/// </summary>
public static class ExecutionSplit
{
    // Where neither the work nor its loads were ever measured: the rest of the time is work in any case.
    private const double MostLoad = 0.75;

    // A prompt that took longer than so many times its loads was held up by something else.
    private const double Wild = 3;

    // Seconds by which run times differ for no reason, at least, and how many times their mean distance at the most.
    private const double LeastNoise = 1;
    private const double Noise = 3;

    /// <summary>Splits an execution.</summary>
    /// <param name="ran">Seconds from its start to its end, loading included.</param>
    /// <param name="isWhole">Whether it came to its end; one that was broken off may not have done all its work, but loads come first.</param>
    /// <param name="expected">What it was thought to take; <see langword="null"/> when that is not known, and then all of it counts as work.</param>
    /// <returns>The seconds of loading, from 0 to <paramref name="ran"/>.</returns>
    public static double Loading(double ran, bool isWhole, ExpectedTime? expected)
    {
        if (expected is null || ran <= 0)
        {
            return 0;
        }

        if (!isWhole)
        {
            return Math.Min(ran, expected.Load);
        }

        if (expected.Samples == 0)
        {
            return Math.Min(expected.Load, ran * MostLoad);
        }

        var over = Math.Clamp(ran - expected.Run, 0, ran);
        var noise = Math.Max(LeastNoise, Noise * expected.Deviation);
        if (expected.Load > 0)
        {
            // Much shorter than with the load: the files were there after all.
            return expected.Load > 2 * noise && over < noise ? 0 : Math.Min(over, Wild * expected.Load);
        }

        // Much longer than without a load: the files were gone after all.
        return over > noise + (expected.Reload / 4) ? Math.Min(over, Wild * expected.Reload) : 0;
    }
}
