using System.Collections.Immutable;
using System.Runtime.InteropServices;

using Continuity.Engine.Scheduling.Costs;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Engine.Forecasts;

/// <summary>
/// Works out when a pipeline will be done: plays what is left of it through some tens of times over the GPUs that work, with run times as they were learned, and takes the middle and the spread of
/// the ends. Pure and deterministic. See <c>docs/account.md</c>.
/// </summary>
public static class Forecaster
{
    // The 90th percentile of a normal distribution, in standard deviations.
    private const double P90 = 1.2816;

    // Large pipelines are played through less often: the luck of single tasks evens out in them.
    private const int MostReplays = 48;
    private const int FewestReplays = 12;
    private const int Effort = 150_000;

    // Before a film was joined or a result fetched here: seconds to begin, seconds a clip, and seconds to fetch and record.
    private const double FilmStart = 2;
    private const double FilmClip = 1;
    private const double UsualLatency = 0.3;

    /// <summary>Works it out.</summary>
    /// <param name="status">Where the pipeline stands.</param>
    /// <param name="tasks">All its tasks.</param>
    /// <param name="workOf">Which of the works a task does, by its id; not those of the CPU.</param>
    /// <param name="works">The works.</param>
    /// <param name="costs">What the pool knows, asked for these works.</param>
    /// <param name="now">The time.</param>
    /// <returns>The forecast.</returns>
    public static PipelineForecast Forecast(
        PipelineStatus status, IReadOnlyList<TaskView> tasks, IReadOnlyDictionary<string, int> workOf, ImmutableArray<GpuWork> works, FleetCosts costs, DateTimeOffset now)
    {
        var left = tasks.Where(task => task.Row.State is TaskState.Pending or TaskState.Running).ToList();
        if (WhyNot(status, left, costs) is { } why)
        {
            return new PipelineForecast { At = now, WhyNot = why };
        }

        var plan = Plan(tasks, left, workOf, works, costs, now);
        var replay = new Replay(plan);
        var replays = Math.Clamp(Effort / Math.Max(1, left.Count), FewestReplays, MostReplays) / 2 * 2;
        var kinds = left.Select(task => task.Definition.Kind).Distinct().Order().ToArray();
        var kindOf = left.Select(task => Array.IndexOf(kinds, task.Definition.Kind)).ToArray();
        var (ends, stages, all) = (new Spread[left.Count], new Spread[kinds.Length], default(Spread));
        for (var number = 0; number < replays; number++)
        {
            replay.Run(number);
            var last = new double[kinds.Length];
            for (var task = 0; task < ends.Length; task++)
            {
                var end = replay.Ends[task];
                ends[task] = ends[task].With(end);
                last[kindOf[task]] = Math.Max(last[kindOf[task]], end);
            }

            for (var kind = 0; kind < kinds.Length; kind++)
            {
                stages[kind] = stages[kind].With(last[kind]);
            }

            all = all.With(last.Max());
        }

        var rough = kinds.Select((_, kind) => Enumerable.Range(0, left.Count).Any(task => kindOf[task] == kind && IsGuess(plan, task))).ToArray();
        return new PipelineForecast
        {
            At = now,
            End = all.ToTime(),
            IsRough = rough.Contains(true),
            WhyNot = all.ToTime() is null ? "no GPU that works now can run all of what is left" : null,
            Stages = [.. kinds.Select((kind, i) => new StageForecast(kind, kindOf.Count(of => of == i), stages[i].ToTime(), rough[i]))],
            Tasks = [.. left.Select((task, i) => (task.Definition.Id, End: ends[i].ToTime())).Where(task => task.End is not null).Select(task => new TaskForecast(task.Id, task.End!.Value))],
        };
    }

    private static string? WhyNot(PipelineStatus status, List<TaskView> left, FleetCosts costs) => status switch
    {
        PipelineStatus.Paused => "the pipeline is paused",
        PipelineStatus.Active when left.Count == 0 => "nothing is left",
        PipelineStatus.Active when costs.Gpus.IsEmpty && left.Exists(task => task.Definition.ProfileId is not null) => "no GPU works now",
        PipelineStatus.Active => null,
        _ => "the pipeline is at an end",
    };

    private static ForecastPlan Plan(
        IReadOnlyList<TaskView> tasks, List<TaskView> left, IReadOnlyDictionary<string, int> workOf, ImmutableArray<GpuWork> works, FleetCosts costs, DateTimeOffset now)
    {
        var habits = Habits.Of(tasks);
        var index = left.Select((task, i) => (task.Definition.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i, StringComparer.Ordinal);
        var given = costs.Gpus.Select(gpu => gpu.Given.Select(prompt => (Task: Find(prompt), prompt.Expected)).ToList()).ToArray();
        var onGpu = given.SelectMany(list => list).Select(prompt => prompt.Task).ToHashSet();
        var dependants = left.Select(_ => new List<int>()).ToArray();
        var work = new int[left.Count];
        var unmet = new int[left.Count];
        var cpu = new double[left.Count];
        for (var i = 0; i < left.Count; i++)
        {
            var definition = left[i].Definition;
            var gpuWork = workOf.GetValueOrDefault(definition.Id, -1);
            work[i] = definition.ProfileId is null ? ForecastPlan.OnCpu
                : gpuWork >= 0 && costs.Gpus.Any(gpu => gpu.Works[gpuWork] is not null) ? gpuWork
                : ForecastPlan.Never;
            cpu[i] = habits.Film(definition);

            // What runs has all it needs, and is among what the GPUs were given, or about to end.
            var isBegun = left[i].Row.State == TaskState.Running || onGpu.Contains(i);
            unmet[i] = isBegun ? int.MaxValue : 0;
            foreach (var id in definition.Dependencies.Distinct(StringComparer.Ordinal))
            {
                if (!isBegun && index.TryGetValue(id, out var dependency))
                {
                    dependants[dependency].Add(i);
                    unmet[i]++;
                }
            }
        }

        var ending = ImmutableArray.CreateBuilder<(int, double)>();
        for (var i = 0; i < left.Count; i++)
        {
            if (left[i].Row.State != TaskState.Running || onGpu.Contains(i))
            {
                continue;
            }

            // The pool may have been made anew since it gave it to its GPU.
            var gpu = left[i].Live?.Phase == TaskPhase.Collecting ? -1 : costs.Gpus.Select((known, at) => (known.Id, at)).Where(known => known.Id == left[i].Row.Attempt?.GpuId).Select(known => known.at).DefaultIfEmpty(-1).First();
            var expected = left[i].Row.Attempt?.Expected ?? (gpu >= 0 && work[i] >= 0 ? costs.Gpus[gpu].Works[work[i]] : null);
            if (gpu >= 0 && expected is not null)
            {
                given[gpu].Add((i, expected));
            }
            else
            {
                ending.Add((i, work[i] == ForecastPlan.OnCpu ? FilmLeft(left[i], cpu[i], now) : habits.Latency(left[i].Definition.Kind)));
            }
        }

        return new ForecastPlan
        {
            Work = work,
            Unmet = unmet,
            Dependants = [.. dependants.Select(list => list.ToArray())],
            Latency = [.. left.Select(task => habits.Latency(task.Definition.Kind))],
            Waiting = [.. left.Select(task => habits.Waiting(task.Definition.Kind))],
            Cpu = cpu,
            Ending = ending.ToImmutable(),
            Gpus = costs.Gpus,
            Given = [.. given.Select(list => list.ToArray())],
            Gigabytes = [.. works.Select(known => known.Needs.Models.Sum(ModelKinds.Gigabytes))],
            Samples = [.. Enumerable.Range(0, works.Length).Select(i => costs.Gpus.Select(gpu => gpu.Works[i]?.Samples ?? 0).DefaultIfEmpty(0).Max())],
            Others = costs.Others,
        };

        // It has its slot a moment before its attempt is recorded.
        int Find(GivenPrompt prompt) => prompt.Ticket.Task.Pipeline == costs.Pipeline && index.TryGetValue(prompt.Ticket.Task.TaskId, out var found)
            && prompt.Ticket.Attempt == left[found].Row.Attempts + (left[found].Row.State == TaskState.Running ? 0 : 1) ? found : -1;
    }

    private static double FilmLeft(TaskView task, double takes, DateTimeOffset now) =>
        Math.Max(takes / 10, takes - Math.Max(0, (now - (task.Row.Attempt?.StartedAt ?? now)).TotalSeconds));

    private static bool IsGuess(ForecastPlan plan, int task) => plan.Work[task] >= 0 && plan.Samples[plan.Work[task]] == 0;

    /// <summary>A mean and a standard deviation in the making.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Spread(int Count, double Sum, double Squares)
    {
        public Spread With(double value) => new(Count + 1, Sum + value, Squares + (value * value));

        public TimeLeft? ToTime()
        {
            var mean = Sum / Count;
            if (!double.IsFinite(mean))
            {
                return null;
            }

            var deviation = Math.Sqrt(Math.Max(0, (Squares / Count) - (mean * mean)));
            return new TimeLeft(TimeSpan.FromSeconds(mean), TimeSpan.FromSeconds(mean + (P90 * deviation)));
        }
    }

    /// <summary>What the tasks of a kind that are done took beside their prompts.</summary>
    private sealed class Habits
    {
        private readonly Dictionary<TaskKind, (int Count, double Waiting, double Transferring)> _gpu = [];
        private int _clips;
        private double _films;

        public static Habits Of(IEnumerable<TaskView> tasks)
        {
            var habits = new Habits();
            foreach (var task in tasks.Where(task => task.Row.State == TaskState.Completed))
            {
                if (task.Row.Attempt is { Gpu: { } gpu })
                {
                    var (count, waiting, transferring) = habits._gpu.GetValueOrDefault(task.Definition.Kind);
                    habits._gpu[task.Definition.Kind] = (count + 1, waiting + gpu.Waiting, transferring + gpu.Transferring);
                }
                else if (task.Definition.Timeline is { } timeline && task.Row is { CompletedAt: { } completed, Attempt.StartedAt: var started })
                {
                    habits._clips += timeline.Clips.Length;
                    habits._films += Math.Max(0, (completed - started).TotalSeconds);
                }
            }

            return habits;
        }

        public double Waiting(TaskKind kind) => _gpu.TryGetValue(kind, out var known) ? known.Waiting / known.Count : 0;

        public double Latency(TaskKind kind) => _gpu.TryGetValue(kind, out var known) ? known.Transferring / known.Count : UsualLatency;

        public double Film(TaskDefinition task) => task.Timeline is not { } timeline ? 0
            : _clips > 0 ? _films / _clips * timeline.Clips.Length
            : FilmStart + (FilmClip * timeline.Clips.Length);
    }
}
