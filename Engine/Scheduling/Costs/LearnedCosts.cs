using System.Collections.Immutable;

using Continuity.Gpu;

namespace Continuity.Engine.Scheduling.Costs;

/// <summary>
/// What prompts and loads were seen to take: seconds a workflow runs on a GPU, seconds a model file takes to load. A GPU that never ran a workflow is judged by how fast it was with others,
/// a file that was never loaded by what files of its kind take. Deterministic; has no clock.
/// </summary>
public sealed class LearnedCosts
{
    // Before anything is known of a workflow: between a still and a clip.
    private const double UnknownRun = 30;

    // The part of a first prompt's time that may have been loading: the rest is work in any case.
    private const double MostLoad = 0.75;

    // A load that takes less than this part of the usual, when none was seen before, may have been none.
    private const double Doubtful = 10;

    // So many different loads of a workflow are kept until its run is known.
    private const int MostFirsts = 16;

    private readonly Dictionary<string, Estimate> _runs = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Work, string Gpu), Estimate> _pairs = [];
    private readonly Dictionary<string, Estimate> _loads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Estimate> _speeds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Pending>> _firsts = new(StringComparer.Ordinal);

    /// <summary>Grows with everything learned, so that what was worked out from it can be kept until then.</summary>
    public int Version { get; private set; }

    /// <summary>How long a workflow runs on a GPU that holds its models.</summary>
    /// <param name="work">The workflow and the size of its work; see <see cref="Ticket.Work"/>.</param>
    /// <param name="gpu">The GPU.</param>
    /// <returns>The estimate in seconds; its count is 0 while nothing is known.</returns>
    public Estimate Run(string work, GpuId gpu)
    {
        if (_pairs.TryGetValue((work, gpu.Value), out var pair) && pair.Count > 1)
        {
            return pair;
        }

        if (!_runs.TryGetValue(work, out var run))
        {
            var first = RunAtMost(work) ?? UnknownRun;
            return new Estimate(first, first / 2, 0);
        }

        var speed = Speed(gpu);
        return new Estimate(run.Mean / speed, run.Deviation / speed, _speeds.ContainsKey(gpu.Value) || pair.Count > 0 ? run.Count : 0);
    }

    /// <summary>How long a file takes to load.</summary>
    /// <param name="model">The file.</param>
    /// <returns>Seconds.</returns>
    public double Load(ModelFile model) => _loads.TryGetValue(model.FileName, out var load) ? load.Mean : ModelKinds.LoadSeconds(model);

    /// <summary>Learns from a prompt that succeeded.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="work">The workflow and the size of its work.</param>
    /// <param name="missing">The files that are thought to have been loaded for it.</param>
    /// <param name="seconds">How long it executed, loading included.</param>
    public void Observe(GpuId gpu, string work, IReadOnlyList<ModelFile> missing, double seconds)
    {
        Version++;
        if (missing.Count == 0)
        {
            ObserveRun(gpu, work, seconds);
        }
        else if (_runs.ContainsKey(work))
        {
            ObserveLoad(missing, seconds, Run(work, gpu));
        }
        else
        {
            // How much of it was loading is known when it runs again.
            var firsts = _firsts.TryGetValue(work, out var known) ? known : _firsts[work] = [];
            firsts.RemoveAll(first => first.Missing.SequenceEqual(missing) && first.Seconds >= seconds);
            if (firsts.Count < MostFirsts && !firsts.Exists(first => first.Missing.SequenceEqual(missing)))
            {
                firsts.Add(new Pending(gpu, [.. missing], seconds));
            }
        }
    }

    /// <summary>All that was learned, to be kept.</summary>
    /// <returns>The entries.</returns>
    public IEnumerable<Entry> All() =>
    [
        .. _runs.Select(pair => new Entry(CostKind.Run, pair.Key, "", pair.Value)),
        .. _pairs.Select(pair => new Entry(CostKind.RunOnGpu, pair.Key.Work, pair.Key.Gpu, pair.Value)),
        .. _loads.Select(pair => new Entry(CostKind.Load, pair.Key, "", pair.Value)),
        .. _speeds.Select(pair => new Entry(CostKind.Speed, "", pair.Key, pair.Value)),
    ];

    /// <summary>Takes over what was kept.</summary>
    /// <param name="entry">An entry; one of a kind that is not known is left out.</param>
    public void Restore(Entry entry)
    {
        switch (entry.Kind)
        {
            case CostKind.Run:
                _runs[entry.Name] = entry.Estimate;
                break;
            case CostKind.RunOnGpu:
                _pairs[(entry.Name, entry.Gpu)] = entry.Estimate;
                break;
            case CostKind.Load:
                _loads[entry.Name] = entry.Estimate;
                break;
            case CostKind.Speed:
                _speeds[entry.Gpu] = entry.Estimate;
                break;
        }
    }

    /// <summary>How long a workflow that has only run with loads so far may run without.</summary>
    private double? RunAtMost(string work) => _firsts.TryGetValue(work, out var firsts)
        ? firsts.Min(first => Math.Max(first.Seconds * (1 - MostLoad), first.Seconds - first.Missing.Sum(Load)))
        : null;

    private void ObserveRun(GpuId gpu, string work, double seconds)
    {
        var key = (work, gpu.Value);
        var known = _runs.TryGetValue(work, out var run);
        _pairs[key] = _pairs.GetValueOrDefault(key).After(seconds);

        // A GPU's speed is how much faster it is with a workflow than GPUs are on the whole; a workflow's time is what it would take at speed 1.
        if (known && run.Count > 1 && seconds > 0)
        {
            _speeds[gpu.Value] = _speeds.GetValueOrDefault(gpu.Value).After(Math.Clamp(run.Mean / seconds, 0.05, 20));
        }

        _runs[work] = run.After(seconds * Speed(gpu));
        if (!known && _firsts.Remove(work, out var firsts))
        {
            foreach (var first in firsts)
            {
                ObserveLoad(first.Missing, first.Seconds, Run(work, first.Gpu));
            }
        }
    }

    // What came on top of the work goes to the files in the proportion in which they are thought to take their time. Where that is no more than runs differ by, the files were there already,
    // from before the GPU was known: that says nothing of how long they take. A first sample of far less than usual is doubtful too, as first runs are slow.
    private void ObserveLoad(IReadOnlyList<ModelFile> missing, double seconds, Estimate run)
    {
        var (onTop, total) = (seconds - run.Mean, missing.Sum(Load));
        if (onTop <= run.Deviation)
        {
            return;
        }

        foreach (var model in missing)
        {
            var (load, known) = (Load(model), _loads.GetValueOrDefault(model.FileName));
            _loads[model.FileName] = known.Count == 0 && onTop < total / Doubtful
                ? new Estimate(load / 2, load / 4, Count: 0)
                : known.After(onTop * load / Math.Max(total, 1e-9));
        }
    }

    private double Speed(GpuId gpu) => _speeds.TryGetValue(gpu.Value, out var speed) ? speed.Mean : 1;

    /// <summary>Something that was learned.</summary>
    /// <param name="Kind">What it is of.</param>
    /// <param name="Name">The workflow with its size, or the file; empty for a GPU's speed.</param>
    /// <param name="Gpu">The GPU; empty where it is of no GPU.</param>
    /// <param name="Estimate">The estimate: seconds, or how many times as fast as a usual GPU.</param>
    public sealed record Entry(CostKind Kind, string Name, string Gpu, Estimate Estimate);

    private sealed record Pending(GpuId Gpu, ImmutableArray<ModelFile> Missing, double Seconds);
}

/// <summary>What an estimate is of. Stored: values are not used again.</summary>
public enum CostKind
{
    /// <summary>A workflow on a usual GPU.</summary>
    Run = 1,

    /// <summary>A workflow on one GPU.</summary>
    RunOnGpu = 2,

    /// <summary>The loading of a file.</summary>
    Load = 3,

    /// <summary>The speed of a GPU.</summary>
    Speed = 4,
}
