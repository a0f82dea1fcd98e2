using Continuity.Chaos.Pipelines;
using Continuity.Pipelines;

namespace Continuity.Bench.Scale;

/// <summary>
/// One large pipeline against pipelines of 100 tasks, two of which are under way at a time so that the GPUs have work in both. Tasks are chains of two pictures of a second each: the second is
/// made from the first, which is fetched, stored and sent again. The pipelines of 100 run before and after the large one.
/// </summary>
internal static class TasksPart
{
    private const int Silos = 3;
    private const int Gpus = 64;
    private const int Small = 100;
    private const int SmallAtATime = 2;
    private const int SmallInAll = 10;
    private const double PromptSeconds = 1;
    private const double Bar = 1.2;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    private static int _seed;

    public static async Task<PartResult> RunAsync(int tasks)
    {
        Console.WriteLine($"--- a pipeline of {tasks} tasks against pipelines of {Small}: {Silos} silos over PostgreSQL, {Gpus} GPUs, prompts of {PromptSeconds} s");
        await using var farm = await ScaleFarm.StartAsync(Silos, Gpus, postgres: true);
        for (var warmUp = 0; warmUp < 2; warmUp++)
        {
            await TaskCost.MeasureAsync(farm, SmallOnes(), SmallAtATime, 0);
        }

        var idle = await TaskCost.IdleAsync(farm, Idle);
        Console.WriteLine($"with nothing to do: {idle * 1000:0} ms of processor time a second");
        List<TaskCost> small = [];
        await MeasureSmallAsync();
        await MeasureSmallAsync();
        var large = await TaskCost.MeasureAsync(farm, [Make(tasks)], 1, idle);
        Tell($"1 of {tasks}", large);
        await MeasureSmallAsync();

        // Others who use the machine change its speed: what ran right before and right after is nearest to it.
        var ratio = large.Net / small.TakeLast(2).Average(cost => cost.Net);
        Console.WriteLine($"a task of the large pipeline costs {ratio:0.00} times what one of the small ones does");
        return new PartResult(
            new
            {
                part = "tasks",
                silos = Silos,
                gpus = Gpus,
                idleMillisecondsPerSecond = Math.Round(idle * 1000),
                small = new { tasks = Small, millisecondsPerTask = small.Select(cost => Math.Round(cost.Net, 2)), tasksPerSecond = Math.Round(Median(small, cost => cost.TasksPerSecond), 1), gpusBusy = Math.Round(Median(small, Busy), 2) },
                large = new { tasks, millisecondsPerTask = Math.Round(large.Net, 2), tasksPerSecond = Math.Round(large.TasksPerSecond, 1), gpusBusy = Math.Round(Busy(large), 2), wallSeconds = Math.Round(large.Wall.TotalSeconds, 1), idealSeconds = tasks * PromptSeconds / Gpus, peakMegabytesOfASilo = large.Gross.PeakBytes >> 20 },
                ratio = Math.Round(ratio, 3),
                ratioToTheOnesBefore = Math.Round(large.Net / small[^2].Net, 3),
                ratioToTheOnesAfter = Math.Round(large.Net / small[^1].Net, 3),

                // The simulators do the same for a task in both.
                ratioOfSimulators = Math.Round(PerTask(large.Gross.Gpus, large) / small.TakeLast(2).Average(cost => PerTask(cost.Gross.Gpus, cost)), 3),
                bar = Bar,
                holds = ratio <= Bar,
            },
            ratio <= Bar);

        async Task MeasureSmallAsync()
        {
            small.Add(await TaskCost.MeasureAsync(farm, SmallOnes(), SmallAtATime, idle));
            Tell($"{SmallInAll} of {Small}", small[^1]);
        }
    }

    private static void Tell(string what, TaskCost cost) => Console.WriteLine(
        $"{what,-12} {cost.Wall.TotalSeconds,6:0.0} s {cost.TasksPerSecond,6:0.0} tasks/s, GPUs busy {Busy(cost),4:0%}; processor time a task: {cost.Net,5:0.0} ms ({cost.WithIdle:0.0} with what is used idle; silos {cost.Gross.Silos.TotalMilliseconds / cost.Tasks:0.0}, PostgreSQL {cost.Gross.Database.TotalMilliseconds / cost.Tasks:0.0}), simulators {cost.Gross.Gpus.TotalMilliseconds / cost.Tasks:0.0} ms; a silo had {cost.Gross.PeakBytes >> 20} MB at the most");

    private static double PerTask(TimeSpan used, TaskCost cost) => used.TotalMilliseconds / cost.Tasks;

    private static double Busy(TaskCost cost) => cost.TasksPerSecond * PromptSeconds / Gpus;

    private static double Median(List<TaskCost> costs, Func<TaskCost, double> figure) => costs.Select(figure).Order().ElementAt(costs.Count / 2);

    private static List<PipelineDefinition> SmallOnes() => [.. Enumerable.Range(0, SmallInAll).Select(_ => Make(Small))];

    private static PipelineDefinition Make(int tasks) => new ChainPlan(tasks / 2, 2, PromptSeconds).Make(PipelineId.New(), ++_seed);
}
