using System.Collections.Immutable;

using Continuity.Chaos.Journals;

namespace Continuity.Bench.Swap;

/// <summary>One workload by one dispatcher on GPUs of its own.</summary>
internal sealed class Cell(Workload workload, string policy, int gpus, IDispatcher dispatcher, Func<IEnumerable<ImmutableArray<PromptStory>>> journals)
{
    private readonly List<Run> _runs = [];

    public Workload Workload => workload;

    public string Policy => policy;

    public int Gpus => gpus;

    public IDispatcher Dispatcher => dispatcher;

    public IReadOnlyList<Run> Runs => _runs;

    /// <summary>The median of what the runs took as the client sees it, in seconds.</summary>
    public double Makespan => Median(run => run.Makespan);

    public double Loads => Median(run => run.Loads);

    public async Task RunAsync()
    {
        var before = journals().Select(stories => stories.Length).ToList();
        var clock = TimeProvider.System.GetTimestamp();
        if (workload.Pause is { } pause)
        {
            foreach (var model in workload.Models)
            {
                await dispatcher.RunAsync($"{model}");
                await Task.Delay(pause, TimeProvider.System);
            }
        }
        else
        {
            await dispatcher.RunAsync(workload.Models);
        }

        var makespan = TimeProvider.System.GetElapsedTime(clock).TotalSeconds;
        _runs.Add(Run.Of([.. journals().Zip(before, (stories, count) => stories[count..])], makespan));
    }

    private double Median(Func<Run, double> figure)
    {
        var sorted = _runs.Select(figure).Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
