using System.Net;

using Continuity.Chaos;
using Continuity.Chaos.Pipelines;
using Continuity.Chaos.Processes;
using Continuity.Client;
using Continuity.Pipelines;
using Continuity.Support;
using Continuity.Tasks;

namespace Continuity.Bench.Crash;

/// <summary>
/// Fifty chains of three steps of half a second, each on a GPU of its own; the only silo is killed as soon as the second step of every one executes, so that at the most 1 s of work is left
/// of each, and started again at once. How long from that start to the end of the last chain, and how many steps ran again?
/// </summary>
internal static class ChainsPart
{
    private const int Chains = 50;
    private const int Passes = 5;
    private const int WarmUps = 6;
    private const double BarSeconds = 3;

    private static readonly ChainPlan Plan = new(1, 3, 0.5);

    public static async Task<PartResult> RunAsync(CrashOptions options)
    {
        var stores = new Dictionary<string, List<Pass>>(StringComparer.Ordinal);
        foreach (var store in new[] { "sqlite", "postgres" }.Where(store => options.Store is null || store == options.Store))
        {
            stores[store] = await PassesAsync(store, options.Trace);
        }

        var holds = stores.Values.All(passes => Statistics.Median(passes.Select(pass => pass.Seconds)) <= BarSeconds && passes.TrueForAll(pass => pass.StartedAgain == 0 && pass.Completed == Chains));
        return new PartResult(new { bench = "crash", part = "chains", chains = Chains, barSeconds = BarSeconds, stores = stores.ToDictionary(store => store.Key, store => Figures(store.Value)), holds }, holds);
    }

    private static object Figures(List<Pass> passes) => new
    {
        allDoneSecondsMedian = Statistics.Round(Statistics.Median(passes.Select(pass => pass.Seconds))),
        allDoneSecondsWorst = Statistics.Round(passes.Max(pass => pass.Seconds)),
        servesAgainSecondsMedian = Statistics.Round(Statistics.Median(passes.Select(pass => pass.ServesSeconds))),
        inFlight = passes.Sum(pass => pass.InFlight),
        startedAgain = passes.Sum(pass => pass.StartedAgain),
        anotherAttempt = passes.Sum(pass => pass.NewAttempts),
        siloProcessorSecondsMedian = Statistics.Round(Statistics.Median(passes.Select(pass => pass.SiloCpu))),
        completed = passes.Sum(pass => pass.Completed),
    };

    private static async Task<List<Pass>> PassesAsync(string store, bool trace)
    {
        List<Pass> passes = [];
        for (var i = 0; i < Passes; i++)
        {
            var pass = await PassAsync(store == "postgres", trace);
            passes.Add(pass);
            Console.WriteLine($"{store}: all done {pass.Seconds:0.00} s after the restart (serves after {pass.ServesSeconds:0.00} s), {pass.InFlight} steps in flight, {pass.StartedAgain} started again, {pass.NewAttempts} with another attempt; processor time: silo {pass.SiloCpu:0.0} s, simulators {pass.GpusCpu:0.0} s");
        }

        return passes;
    }

    private static async Task<Pass> PassAsync(bool postgres, bool trace)
    {
        var folder = Directory.CreateTempSubdirectory("continuity-chains-").FullName;
        try
        {
            await using var rack = await GpuRack.StartAsync(Path.Combine(folder, "gpus"), Chains);
            await using var database = postgres ? await PostgresServer.StartAsync() : null;
            var ports = FreePorts.Find(3, IPAddress.Loopback);
            var plan = new SiloPlan("silo1", Path.Combine(folder, "silo"), Path.Combine(folder, "data"))
            {
                Cluster = database is null ? null : await database.CreateDatabaseAsync(),
                Ports = (ports[0], ports[1], ports[2]),
                Gpus = rack.Addresses,
            };
            await using var silo = await SiloProcess.StartAsync(plan);
            return await MeasureAsync(silo, plan, rack, trace);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Pass> MeasureAsync(SiloProcess silo, SiloPlan plan, GpuRack rack, bool trace)
    {
        var options = new ContinuityClientOptions { Cluster = plan.Cluster };
        if (plan.Cluster is null)
        {
            options.Gateways.Add(silo.Gateway);
        }

        await using var client = await ContinuityClient.ConnectAsync(options);
        await Patience.UntilAsync(() => client.GetGpusAsync(), gpus => gpus.Count(gpu => gpu.Status.Health == Gpu.GpuHealth.Healthy) == Chains, gpus => $"{gpus.Length} GPUs");

        // What a running server has long done is not to be measured: everything is compiled for good, and at the kill all chains are half done.
        for (var round = 0; round < WarmUps; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, Chains).Select(i => RunOneAsync(client, i)));
        }

        var definitions = Enumerable.Range(0, Chains).Select(i => Plan.Make(PipelineId.New(), 1_000 + i)).ToList();
        await Task.WhenAll(definitions.Select(definition => client.SubmitAsync(definition)));
        await Patience.UntilAsync(() => Task.FromResult(HalfDone(rack, definitions)), count => count == Chains, count => $"{count} of {Chains} chains are half done");
        await silo.KillAsync();
        var inFlight = rack.Stories.Count(story => story is { Forgotten: false, Executions: > 0 });

        var rackBefore = rack.Program.ProcessorTime;
        var restarted = TimeProvider.System.GetUtcNow();
        await silo.RelaunchAsync();
        await silo.ServesAsync();
        var serves = TimeProvider.System.GetUtcNow() - restarted;
        var ends = await Task.WhenAll(definitions.Select(definition => client.WaitAsync(definition.Id)));
        var (siloTime, rackTime) = (silo.Program.ProcessorTime, rack.Program.ProcessorTime - rackBefore);
        var again = rack.Stories.Where(story => story.Executions > 0).GroupBy(story => (story.Pipeline, story.Task)).Sum(task => task.Sum(story => story.Executions) - 1);
        var last = ends.Max(end => end.Tasks.Max(task => task.Row.CompletedAt)) ?? throw new ChaosException("No chain came to an end.");
        if (trace)
        {
            await TellSlowestAsync(client, ends, restarted);
        }

        return new Pass(
            (last - restarted).TotalSeconds,
            serves.TotalSeconds,
            inFlight,
            again,
            ends.Sum(end => end.Tasks.Count(task => task.Row.Attempts > 1)),
            ends.Count(end => end.Summary.Status == PipelineStatus.Completed && end.Tasks.All(task => task.Row.State == TaskState.Completed)),
            siloTime.TotalSeconds,
            rackTime.TotalSeconds);
    }

    private static int HalfDone(GpuRack rack, List<PipelineDefinition> definitions)
    {
        var second = definitions.ToDictionary(definition => definition.Id.Value, definition => definition.Tasks[1].Id, StringComparer.Ordinal);
        return rack.Stories.Count(story => story.Executions > 0 && second.TryGetValue(story.Pipeline, out var task) && task == story.Task);
    }

    private static async Task TellSlowestAsync(ContinuityClient client, PipelineSnapshot[] ends, DateTimeOffset restarted)
    {
        foreach (var end in ends.OrderByDescending(end => end.Summary.UpdatedAt).Take(3))
        {
            foreach (var line in await client.GetHistoryAsync(end.Summary.Id))
            {
                await Console.Error.WriteLineAsync($"{end.Summary.Id} {(line.At - restarted).TotalSeconds,6:0.00} s  {line.Name} {line.TaskId} {line.Text}");
            }
        }
    }

    private static async Task RunOneAsync(ContinuityClient client, int seed)
    {
        var definition = (Plan with { Seconds = 0.05 }).Make(PipelineId.New(), seed);
        await client.SubmitAsync(definition);
        await client.WaitAsync(definition.Id);
    }

    private sealed record Pass(double Seconds, double ServesSeconds, int InFlight, int StartedAgain, int NewAttempts, int Completed, double SiloCpu, double GpusCpu);
}
