using System.Collections.Immutable;
using System.Globalization;

using Continuity.Chaos.Checks;
using Continuity.Chaos.Clusters;
using Continuity.Chaos.Faults;
using Continuity.Chaos.Pipelines;
using Continuity.Chaos.Processes;
using Continuity.Chaos.Watching;
using Continuity.Pipelines;

namespace Continuity.Chaos.Runs;

/// <summary>
/// Pipelines on a cluster, one fault at a random moment, and a look at what is left. Everything random follows from the seed, so that a run can be repeated as
/// far as the machine's own timing allows.
/// </summary>
/// <param name="farm">The cluster; healthy before the run and after it.</param>
/// <param name="seed">Decides whatever is open.</param>
/// <param name="fault">What to do; <see langword="null"/> to draw it.</param>
public sealed class CrashRun(FarmCluster farm, int seed, Fault? fault = null)
{
    private const int MostHistory = 1_000;

    // From the end of the fault: the longest quarantine and back-off that one fault leads to, and the work.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LeftoverPatience = TimeSpan.FromSeconds(5);

    private readonly Random _random = new(seed);

    /// <summary>Chains of its pipelines in all, three tasks each.</summary>
    public int Chains { get; init; } = 5;

    /// <summary>Carries it out.</summary>
    public async Task<RunResult> RunAsync()
    {
        var chosen = fault ?? FaultCatalog.Draw(farm, _random);
        var strike = new Strike(farm, _random);
        await chosen.PrepareAsync(strike);
        var started = TimeProvider.System.GetTimestamp();
        var begun = TimeProvider.System.GetUtcNow();
        using var stop = new CancellationTokenSource();
        var definitions = Definitions();
        var watches = new List<WatchRecord>();
        foreach (var definition in definitions)
        {
            await farm.Client.SubmitAsync(definition);
            watches.Add(WatchRecord.Follow(farm.Client, definition.Id, stop.Token));
        }

        await strike.PauseAsync(0, 2.5);
        strike.Note("begins");
        await chosen.StrikeAsync(strike);
        strike.Note("done");
        var ended = await EndAsync(definitions, watches);
        var state = ended ? "" : await farm.DescribeAsync();
        var left = await LeftoversAsync(chosen);
        await stop.CancelAsync();
        await Task.WhenAll(watches.Select(watch => watch.Completion));
        var pipelines = await Task.WhenAll(definitions.Select((definition, i) => PipelineAsync(definition, watches[i])));
        await farm.RestoreAsync();
        var ids = definitions.Select(definition => definition.Id.Value).ToHashSet(StringComparer.Ordinal);
        var stories = farm.Gpus.SelectMany(gpu => gpu.Stories).Where(story => ids.Contains(story.Pipeline)).ToImmutableArray();
        var evidence = new RunEvidence([.. pipelines], stories, left, chosen.PromptsFail);
        return new RunResult(seed, chosen.Name, string.Join(", ", strike.Notes.Skip(1).SkipLast(1).Select(note => note.What)), TimeProvider.System.GetElapsedTime(started), InvariantChecker.Check(evidence))
        {
            Tasks = definitions.Sum(definition => definition.Tasks.Length),
            Executed = stories.Sum(story => story.Executions),
            Lost = stories.Count(story => story is { Lost: true, Executions: > 0 }),
            KilledSilo = strike.KilledAt is not null,
            LongestSilence = Silence.Longest(watches),
            GoOn = strike.KilledAt is { } at ? GoOn.After(at, strike, pipelines) : [],
            State = state,
            Timeline = Timeline.Of(begun, strike, pipelines),
        };
    }

    private List<PipelineDefinition> Definitions()
    {
        // One of all of them, or two that share them.
        var first = _random.Next(2) == 0 ? Chains : Chains - 2;
        return [.. new[] { first, Chains - first }.Where(chains => chains > 0).Select((chains, i) => new ChainPlan(chains, 3, 0.3)
            .Make(new PipelineId(string.Create(CultureInfo.InvariantCulture, $"run{seed}-{i + 1}-{Guid.NewGuid().ToString("N")[..6]}")), seed + i))];
    }

    private async Task<bool> EndAsync(List<PipelineDefinition> definitions, List<WatchRecord> watches)
    {
        try
        {
            await Task.WhenAll(watches.Select(watch => watch.Completion)).WaitAsync(Deadline);

            // A watch that broke off says nothing about the pipeline.
            var unseen = definitions.Where((_, i) => watches[i].Error is not null).ToList();
            await Task.WhenAll(unseen.Select(definition => Patience.UntilAsync(
                () => farm.Client.GetAsync(definition.Id),
                pipeline => pipeline is null || pipeline.Summary.Status.IsFinal(),
                pipeline => $"{pipeline?.Summary}",
                Deadline)));
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // What is being taken back may take a moment. Faults that nothing ran into would hit the one who looks.
    private async Task<ImmutableArray<string>> LeftoversAsync(Fault chosen)
    {
        await Task.WhenAll(farm.Gpus.Select(gpu => gpu.RestoreAsync()));
        try
        {
            await Patience.UntilAsync(LoadsAsync, loads => loads.All(load => load.IsIdle), loads => string.Join(' ', loads), LeftoverPatience);
            return [];
        }
        catch (TimeoutException exception)
        {
            return [$"after {chosen.Name}: {exception.Message}"];
        }

        async Task<GpuLoad[]> LoadsAsync() => await Task.WhenAll(farm.Gpus.Select(gpu => gpu.LoadAsync()));
    }

    private async Task<PipelineEvidence> PipelineAsync(PipelineDefinition definition, WatchRecord watch)
    {
        var snapshot = await farm.Client.GetAsync(definition.Id);
        var history = snapshot is null ? [] : await farm.Client.GetHistoryAsync(definition.Id, null, MostHistory);
        return new PipelineEvidence(definition, snapshot, await farm.Store.ReadAsync(definition.Id), history, watch, snapshot is null ? [] : await farm.Artifacts.BrokenAsync(snapshot));
    }
}
