using System.Diagnostics;

using Continuity.Pipelines;

namespace Continuity.Bench.Scale;

/// <summary>
/// What tasks cost: the processor time of the silos and of PostgreSQL, less what they use in the same time with nothing to do. That is the looks at the GPUs, which are paid for by time and
/// not by task: on a machine that others slow down, a task would cost more for it.
/// </summary>
/// <param name="Tasks">How many.</param>
/// <param name="Wall">In what time.</param>
/// <param name="Gross">Processor time in all.</param>
/// <param name="IdleShare">Processor seconds a second with nothing to do.</param>
internal sealed record TaskCost(int Tasks, TimeSpan Wall, Usage Gross, double IdleShare)
{
    private const int MostLooks = 6;
    private const double Settled = 0.8;

    /// <summary>Milliseconds of processor time a task.</summary>
    public double Net => ((Gross.Silos + Gross.Database) - (Wall * IdleShare)).TotalMilliseconds / Tasks;

    /// <summary>The same with what is used when there is nothing to do.</summary>
    public double WithIdle => (Gross.Silos + Gross.Database).TotalMilliseconds / Tasks;

    public double TasksPerSecond => Tasks / Wall.TotalSeconds;

    /// <summary>Measures what the farm uses with nothing to do: again and again until it grows no less, since the compiler goes on for a while after the first work.</summary>
    public static async Task<double> IdleAsync(ScaleFarm farm, TimeSpan during)
    {
        var share = await UsedAsync(farm, during);
        for (var again = 0; again < MostLooks; again++)
        {
            var next = await UsedAsync(farm, during);
            if (next > share * Settled)
            {
                return Math.Min(next, share);
            }

            share = next;
        }

        return share;
    }

    private static async Task<double> UsedAsync(ScaleFarm farm, TimeSpan during)
    {
        var (before, clock) = (farm.Used(), Stopwatch.StartNew());
        await Task.Delay(during, TimeProvider.System);
        var used = farm.Used().Since(before);
        return (used.Silos + used.Database) / clock.Elapsed;
    }

    /// <summary>Runs pipelines, so many at a time, and measures.</summary>
    public static async Task<TaskCost> MeasureAsync(ScaleFarm farm, IReadOnlyList<PipelineDefinition> definitions, int atATime, double idleShare)
    {
        var (before, clock) = (farm.Used(), Stopwatch.StartNew());
        await farm.RunAsync(definitions, atATime);
        return new TaskCost(definitions.Sum(definition => definition.Tasks.Length), clock.Elapsed, farm.Used().Since(before), idleShare);
    }
}
