using System.Collections.Immutable;

using Continuity.Chaos;
using Continuity.Chaos.Checks;
using Continuity.Chaos.Clusters;
using Continuity.Chaos.Faults;
using Continuity.Chaos.Runs;

namespace Continuity.Bench.Crash;

/// <summary>Seeded crash runs over all faults. A line a run, written at once, so that what is done is kept when the rest is broken off.</summary>
internal static class RunsPart
{
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(8);

    public static async Task<PartResult> RunAsync(CrashOptions options)
    {
        var results = new List<RunResult>();
        var broken = 0;
        var farm = await StartAsync();
        try
        {
            var fault = options.Fault is { } name ? FaultCatalog.Find(name) : null;
            if (fault?.WhyNot(farm) is { } reason)
            {
                throw new ChaosException($"{fault.Name} cannot be done here: {reason}");
            }

            for (var i = 0; i < options.Runs; i++)
            {
                try
                {
                    var result = await new CrashRun(farm, options.Seed + i, fault).RunAsync();
                    results.Add(result);
                    Console.WriteLine(result);
                    if (options.Trace || !result.Violations.IsEmpty || (result.KilledSilo && result.LongestSilence > MaxSilence))
                    {
                        await Console.Error.WriteLineAsync($"{result.Timeline}\n{result.State}");
                    }
                }
                catch (Exception exception)
                {
                    // Whatever it is, the cluster is not to be had any more: that is a finding, and the next run gets a new one.
                    broken++;
                    Console.WriteLine($"seed {options.Seed + i,-6} BROKE OFF {exception.Message}");
                    await Console.Error.WriteLineAsync($"{exception}\n{await farm.DescribeAsync()}");
                    await farm.DisposeAsync();
                    farm = await StartAsync();
                }
            }
        }
        finally
        {
            await farm.DisposeAsync();
        }

        return Summary(options, results, broken);
    }

    private static async Task<FarmCluster> StartAsync()
    {
        var farm = await FarmCluster.StartAsync(new FarmPlan { Network = true, SmallDisks = true });
        foreach (var fault in FaultCatalog.All.Where(fault => fault.WhyNot(farm) is not null))
        {
            Console.WriteLine($"without {fault.Name}: {fault.WhyNot(farm)}");
        }

        return farm;
    }

    private static PartResult Summary(CrashOptions options, List<RunResult> results, int broken)
    {
        foreach (var fault in results.GroupBy(result => result.Fault, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"{fault.Key,-22} {fault.Count(),3} runs, {fault.Count(result => !result.Violations.IsEmpty)} broken, longest {fault.Max(result => result.Duration.TotalSeconds):0.0} s");
        }

        var kills = results.Where(result => result.KilledSilo).ToList();
        var goOn = kills.SelectMany(result => result.GoOn).Select(time => time.TotalSeconds).Order().ToImmutableArray();
        var silence = kills.Select(result => result.LongestSilence.TotalSeconds).DefaultIfEmpty(0).Max();
        var violations = results.SelectMany(result => result.Violations).ToList();
        var holds = violations.Count == 0 && broken == 0 && results.Count == options.Runs && silence <= MaxSilence.TotalSeconds;
        return new PartResult(
            new
            {
                bench = "crash",
                part = "runs",
                firstSeed = options.Seed,
                runs = results.Count,
                brokenOff = broken,
                lostPipelines = Count(Promise.NoPipelineIsLost),
                duplicatedResults = Count(Promise.NoResultIsDuplicated),
                promptsRunTwice = Count(Promise.NoPromptRunsTwice),
                stuckPipelines = Count(Promise.NoPipelineIsStuck),
                otherViolations = violations.Count - Count(Promise.NoPipelineIsLost) - Count(Promise.NoResultIsDuplicated) - Count(Promise.NoPromptRunsTwice) - Count(Promise.NoPipelineIsStuck),
                tasks = results.Sum(result => result.Tasks),
                executed = results.Sum(result => result.Executed),
                lostByComfy = results.Sum(result => result.Lost),
                siloKills = kills.Count,
                longestSilenceSeconds = Math.Round(silence, 2),
                goOnMedianSeconds = goOn.IsEmpty ? (double?)null : Math.Round(goOn[goOn.Length / 2], 2),
                goOnWorstSeconds = goOn.IsEmpty ? (double?)null : Math.Round(goOn[^1], 2),
                holds,
            },
            holds);

        int Count(Promise promise) => violations.Count(violation => violation.Promise == promise);
    }
}
