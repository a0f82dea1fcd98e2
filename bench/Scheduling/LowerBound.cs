namespace Continuity.Bench.Scheduling;

/// <summary>
/// Seconds below which no schedule can end, whatever it knows of the future. The largest of four bounds, none of which need be reachable:
/// <list type="bullet">
/// <item>the critical path: a chain of dependent tasks, each on the fastest GPU; only the loads of its first task count, as those of the others might be made meanwhile;</item>
/// <item>the work on all GPUs together, with the loads that cannot be avoided: see <see cref="Work"/>;</item>
/// <item>the work that cannot begin before some moment, after that moment, and the work that some other work must follow, before that;</item>
/// <item>whole tasks: of the kG + 1 longest tasks, one of G GPUs runs at least k + 1.</item>
/// </list>
/// </summary>
internal static class LowerBound
{
    public static double Of(Workload workload)
    {
        var fastest = workload.Gpus.Max(gpu => gpu.Speed);
        var (heads, tails) = Paths(workload, fastest);
        var path = workload.Tasks.Max(task => heads[task.Index] + (task.Work / fastest) + tails[task.Index]);
        return new[] { path, Work(workload, fastest), After(workload, heads, tails), After(workload, tails, heads), Whole(workload, fastest) }.Max();
    }

    // When each task can begin at the earliest, and how long what depends on it takes after its end.
    private static (double[] Heads, double[] Tails) Paths(Workload workload, double fastest)
    {
        var (heads, tails) = (new double[workload.Tasks.Count], new double[workload.Tasks.Count]);
        foreach (var task in workload.Tasks)
        {
            var cold = task.Profile.Models.Where(model => !IsWarm(workload, model)).Sum(model => model.LoadSeconds);
            heads[task.Index] = Math.Max(task.ReleaseAt, cold);
            foreach (var dependency in task.Dependencies)
            {
                heads[task.Index] = Math.Max(heads[task.Index], heads[dependency] + (workload.Tasks[dependency].Work / fastest));
            }
        }

        foreach (var task in workload.Tasks.Reverse())
        {
            foreach (var dependency in task.Dependencies)
            {
                tails[dependency] = Math.Max(tails[dependency], (task.Work / fastest) + tails[task.Index]);
            }
        }

        return (heads, tails);
    }

    /// <summary>
    /// In T seconds a GPU gives at most T less the load of a file to the tasks that need this file, so these need at least so many GPUs, each of which loads it once. T is enough only when
    /// all GPUs together have time for the work and those loads. More time needs fewer loads, so the least such T is found by halving.
    /// </summary>
    private static double Work(Workload workload, double fastest)
    {
        var speed = workload.Gpus.Sum(gpu => gpu.Speed);
        var slowest = workload.Gpus.Min(gpu => gpu.Speed);
        var work = workload.Tasks.Sum(task => task.Work);
        var byModel = workload.Tasks
            .SelectMany(task => task.Profile.Models.Select(model => (Model: model, task.Work)))
            .GroupBy(pair => pair.Model)
            .Select(pairs => (Model: pairs.Key, Work: pairs.Sum(pair => pair.Work), Warm: IsWarm(workload, pairs.Key) ? workload.WarmGpus : 0))
            .ToList();
        var (low, high) = (work / speed, (work / speed) + byModel.Sum(entry => workload.Gpus.Count * entry.Model.LoadSeconds));
        for (var halving = 0; halving < 60; halving++)
        {
            var middle = (low + high) / 2;
            (low, high) = Suffices(middle) ? (low, middle) : (middle, high);
        }

        return low;

        bool Suffices(double seconds)
        {
            var needed = work;
            foreach (var (model, itsWork, warm) in byModel)
            {
                var free = warm * seconds * fastest;
                var each = (seconds - model.LoadSeconds) * fastest;
                if (itsWork <= free)
                {
                    continue;
                }

                var loads = each <= 0 ? double.PositiveInfinity : Math.Ceiling(((itsWork - free) / each) - 1e-9);
                needed += loads * model.LoadSeconds * slowest;
            }

            return needed <= seconds * speed;
        }
    }

    // What cannot begin before a moment must be done after it by all GPUs together; what is left to do after the last of it comes on top. With heads and tails exchanged, the same backwards.
    private static double After(Workload workload, double[] heads, double[] tails)
    {
        var speed = workload.Gpus.Sum(gpu => gpu.Speed);
        var (bound, work, tail) = (0.0, 0.0, double.PositiveInfinity);
        foreach (var task in workload.Tasks.OrderByDescending(task => heads[task.Index]))
        {
            work += task.Work;
            tail = Math.Min(tail, tails[task.Index]);
            bound = Math.Max(bound, heads[task.Index] + (work / speed) + tail);
        }

        return bound;
    }

    private static double Whole(Workload workload, double fastest)
    {
        var works = workload.Tasks.Select(task => task.Work).OrderDescending().ToList();
        var bound = 0.0;
        for (var rounds = 0; rounds * workload.Gpus.Count < works.Count; rounds++)
        {
            bound = Math.Max(bound, (rounds + 1) * works[rounds * workload.Gpus.Count] / fastest);
        }

        return bound;
    }

    private static bool IsWarm(Workload workload, Model model) => workload.Warm?.Models.Contains(model) ?? false;
}
