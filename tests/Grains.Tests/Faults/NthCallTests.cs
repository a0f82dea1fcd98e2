using System.Collections.Concurrent;
using System.Globalization;

using Xunit.Abstractions;

namespace Continuity.Grains.Tests.Faults;

/// <summary>
/// The nth call of a kind goes wrong, then the n+1st, until a whole export passes in which there was none. That is the long form, CONTINUITY_NTH_CALL=all. The
/// short form counts the calls of an undisturbed export and lets every third of them go wrong, the first of them chosen by a seed; CONTINUITY_SEED repeats a choice.
/// </summary>
public sealed class NthCallTests(ITestOutputHelper output)
{
    private const int Lanes = 4;
    private const int ShortStep = 3;

    // What is done at an interval is done for as long as one looks: its first calls are enough.
    private const int MostPeriodic = 4;

    private static readonly string[] Periodic = ["GET system_stats", "GET object_info", "GET queue", "ListUnfinishedAsync"];

    private static readonly bool All = Environment.GetEnvironmentVariable("CONTINUITY_NTH_CALL") == "all";

    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("CONTINUITY_SEED"), CultureInfo.InvariantCulture, out var seed)
        ? seed
        : (int)(TimeProvider.System.GetUtcNow().Ticks % 1_000_000);

    private readonly ConcurrentBag<string> _problems = [];
    private int _runs;
    private int _fired;

    [Fact]
    public Task ComfyUI() => EveryCallAsync(NthCallRun.AtComfyUI, CallFault.Refused, CallFault.AnswerLost, CallFault.ServerError);

    [Fact]
    public Task PipelineStore() => EveryCallAsync(NthCallRun.AtPipelineStore, CallFault.Refused, CallFault.AnswerLost);

    [Fact]
    public Task GrainState() => EveryCallAsync(NthCallRun.AtGrainState, CallFault.Refused, CallFault.AnswerLost);

    [Fact]
    public Task Artifacts() => EveryCallAsync(NthCallRun.AtArtifacts, CallFault.Refused, CallFault.AnswerLost);

    private async Task EveryCallAsync(Action<ISiloBuilder, NthCallFault> at, params CallFault[] faults)
    {
        output.WriteLine($"CONTINUITY_SEED={Seed}{(All ? ", every call" : ", every third call")}");

        // An export in which nothing goes wrong tells which calls there are.
        var counter = new NthCallFault("none", 0, CallFault.Refused);
        await RunAsync(counter, at);
        var kinds = counter.Calls.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (Kind: pair.Key, Count: Bound(pair.Key, pair.Value))).ToList();
        output.WriteLine(string.Join(", ", kinds.Select(kind => $"{kind.Kind} {kind.Count}")));
        var points = (from kind in kinds from fault in faults from n in Enumerable.Range(1, kind.Count) select new NthCallFault(kind.Kind, n, fault)).ToList();
        var chosen = All ? points : [.. points.Where((_, index) => (index + Seed) % ShortStep == 0)];
        await Parallel.ForEachAsync(chosen, new ParallelOptions { MaxDegreeOfParallelism = Lanes }, async (fault, _) =>
        {
            var fired = await RunAsync(fault, at);
            if (!All || chosen.FindLast(other => other.IsSeriesOf(fault)) != fault)
            {
                return;
            }

            // The fault itself makes the farm call more often: the series goes on until it is over.
            while (fired && Bound(fault.Kind, fault.Nth + 1) > fault.Nth)
            {
                fault = fault.Next();
                fired = await RunAsync(fault, at);
            }
        });

        output.WriteLine($"{_runs} exports, {_fired} with a fault, {_problems.Count} not as promised");
        Assert.True(_fired > chosen.Count / 2, $"Only {_fired} of {chosen.Count} faults fired.");
        Assert.True(_problems.IsEmpty, $"CONTINUITY_SEED={Seed}: {_problems.Count} of {_runs} exports are not as promised.\n{string.Join("\n", _problems)}");
    }

    private static int Bound(string kind, int count) => Periodic.Contains(kind) ? Math.Min(count, MostPeriodic) : count;

    private async Task<bool> RunAsync(NthCallFault fault, Action<ISiloBuilder, NthCallFault> at)
    {
        var started = TimeProvider.System.GetTimestamp();
        var found = await NthCallRun.RunAsync(fault, at);
        Interlocked.Increment(ref _runs);
        output.WriteLine($"{fault}: {(fault.Fired ? "fired" : "not reached")}, {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s{(found.Count > 0 ? ", NOT AS PROMISED" : "")}");
        if (found.Count > 0)
        {
            _problems.Add($"{fault}:\n  {string.Join("\n  ", found)}");
        }

        if (fault.Fired)
        {
            Interlocked.Increment(ref _fired);
        }

        return fault.Fired;
    }
}
