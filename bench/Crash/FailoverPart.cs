using Continuity.Chaos;
using Continuity.Chaos.Clusters;
using Continuity.Chaos.Pipelines;
using Continuity.Chaos.Processes;
using Continuity.Chaos.Watching;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Bench.Crash;

/// <summary>
/// One of three silos is killed again and again while chains run and are watched. Its work are the pipelines whose grain, or the grain of whose only running
/// task, lived there: after how long is their next change recorded? And what do the watchers see?
/// </summary>
internal static class FailoverPart
{
    private const int Kills = 20;
    private const int Pipelines = 6;
    private const double BarMedian = 3;
    private const double BarWorst = 8;
    private const double BarSilence = 8;

    // A task is under way all the time, and only one: its next change cannot hide behind another's.
    private static readonly ChainPlan Plan = new(1, 1_000, 0.6);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(4);

    public static async Task<PartResult> RunAsync(CrashOptions options)
    {
        var random = new Random(options.Seed);
        await using var farm = await FarmCluster.StartAsync(new FarmPlan { Gpus = 3 });
        await using var second = await farm.ConnectAsync();
        using var stop = new CancellationTokenSource();
        var definitions = Enumerable.Range(0, Pipelines).Select(i => Plan.Make(PipelineId.New(), options.Seed + i)).ToList();
        var watches = new List<WatchRecord>();
        foreach (var definition in definitions)
        {
            await farm.Client.SubmitAsync(definition);
            watches.Add(WatchRecord.Follow(farm.Client, definition.Id, stop.Token));
            watches.Add(WatchRecord.Follow(second, definition.Id, stop.Token));
        }

        List<double> goOn = [];
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(Settle + TimeSpan.FromSeconds(random.NextDouble()), TimeProvider.System);
            goOn.AddRange(await KillAsync(farm, farm.Silos[random.Next(farm.Silos.Count)], definitions));
        }

        var finals = await EndAsync(farm, definitions, watches);
        await stop.CancelAsync();
        var silence = watches.Max(watch => Chaos.Runs.Silence.Longest([watch]).TotalSeconds);
        var backwards = watches.Sum(watch => watch.Sights.Zip(watch.Sights.Skip(1)).Count(pair => pair.Second.Version < pair.First.Version));
        var again = farm.Gpus.SelectMany(gpu => gpu.Stories).Where(story => story.Status == "success").GroupBy(story => (story.Pipeline, story.Task)).Sum(task => task.Count() - 1);
        var (median, worst) = (Statistics.Median(goOn), goOn.DefaultIfEmpty(double.PositiveInfinity).Max());
        var holds = median <= BarMedian && worst <= BarWorst && silence <= BarSilence && finals == watches.Count && backwards == 0 && again == 0;
        return new PartResult(
            new
            {
                bench = "crash",
                part = "failover",
                kills = Kills,
                pipelinesThatLivedThere = goOn.Count,
                goOnMedianSeconds = Statistics.Round(median),
                goOnWorstSeconds = Statistics.Round(worst),
                barMedian = BarMedian,
                barWorst = BarWorst,
                watchers = watches.Count,
                sawTheFinalState = finals,
                wentBackwards = backwards,
                longestSilenceSeconds = Statistics.Round(silence),
                barSilence = BarSilence,
                promptsRunAgain = again,
                holds,
            },
            holds);
    }

    private static async Task<List<double>> KillAsync(FarmCluster farm, SiloProcess silo, List<PipelineDefinition> definitions)
    {
        var placement = await farm.PlacementAsync();
        var lived = definitions.Where(definition => placement.HostsWorkOf(silo, definition.Id)).ToList();
        var killed = TimeProvider.System.GetUtcNow();
        await silo.KillAsync();
        var times = await Task.WhenAll(lived.Select(async definition =>
        {
            var history = await Patience.UntilAsync(
                () => farm.Client.GetHistoryAsync(definition.Id, limit: 20),
                lines => lines.Any(line => line.At > killed),
                lines => string.Join('\n', lines));
            return (history.First(line => line.At > killed).At - killed).TotalSeconds;
        }));
        Console.WriteLine($"killed {silo.Name}, where {lived.Count} of {definitions.Count} pipelines lived: they go on after {string.Join(' ', times.Select(time => $"{time:0.0}"))} s");
        await farm.RestartDeadAsync();
        return [.. times];
    }

    // Cancelling them is the end that all watchers must see.
    private static async Task<int> EndAsync(FarmCluster farm, List<PipelineDefinition> definitions, List<WatchRecord> watches)
    {
        await Task.WhenAll(definitions.Select(definition => farm.Client.CancelAsync(definition.Id)));
        try
        {
            await Task.WhenAll(watches.Select(watch => watch.Completion)).WaitAsync(Patience.Step);
        }
        catch (TimeoutException)
        {
            // Counted below.
        }

        return watches.Count(watch => watch.Sights is [.., { Status: PipelineStatus.Cancelled }]);
    }
}
