namespace Continuity.Bench.Scheduling;

/// <summary>What holds in every run, whatever the policy: a run that breaks it is a fault of this program, and no figure of it is shown.</summary>
internal static class Invariants
{
    public static void Check(Workload workload, ISchedulingPolicy policy, RunLog log, double lowerBound)
    {
        var ends = new double[workload.Tasks.Count];
        var runs = new int[workload.Tasks.Count];
        foreach (var span in log.Spans.Where(span => span.Task is not null))
        {
            ends[span.Task!.Index] = span.To;
            runs[span.Task.Index]++;
        }

        if (Array.FindIndex(runs, count => count != 1) is >= 0 and var index)
        {
            throw Broken($"task {index} ran {runs[index]} times; {runs.Count(count => count != 1)} tasks did not run exactly once");
        }

        foreach (var span in log.Spans.Where(span => span.Task is not null))
        {
            var task = span.Task!;
            if (span.From < task.ReleaseAt || task.Dependencies.Any(dependency => ends[dependency] > span.From))
            {
                throw Broken($"task {task.Index} began at {span.From} s, before it was submitted or what it depends on had ended");
            }
        }

        foreach (var ofGpu in log.Spans.GroupBy(span => span.Gpu.Id))
        {
            var before = 0.0;
            foreach (var span in ofGpu.OrderBy(span => span.From))
            {
                if (span.From < before)
                {
                    throw Broken($"GPU {ofGpu.Key} began something at {span.From} s and was busy until {before} s");
                }

                before = span.To;
            }
        }

        if (ends.Max() < lowerBound - 1e-6)
        {
            throw Broken($"all was done after {ends.Max()} s, and the lower bound is {lowerBound} s");
        }

        InvalidOperationException Broken(string what) => new($"{workload.Name}, {policy.Name}: {what}.");
    }
}
