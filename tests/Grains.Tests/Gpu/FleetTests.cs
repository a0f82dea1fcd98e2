using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Simulator;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Gpu;

/// <summary>What operators do to the fleet, and what becomes of the work there.</summary>
public sealed class FleetTests
{
    [Fact]
    public async Task AnAddedAndPausedGpuIsThatAfterTheDeathOfEverythingAndTakesWorkWhenResumed()
    {
        var gpu = (await Farm.SimulateAsync(1))[0];
        var farm = await Farm.StartAsync(gpus: 0);
        Assert.Equal(new GpuCommandResult.Done(Id(gpu), GpuMode.Active, Changed: true), await farm.Pool.AddAsync(Farm.Register(gpu)));
        Assert.Equal(new GpuCommandResult.Done(Id(gpu), GpuMode.Active, Changed: false), await farm.Pool.AddAsync(Farm.Register(gpu)));
        Assert.Equal(new GpuCommandResult.Done(Id(gpu), GpuMode.Paused, Changed: true), await farm.Pool.SetModeAsync(Id(gpu), GpuMode.Paused));
        await farm.StopSiloAsync(kill: true);

        await using var again = await Farm.StartAsync(data: farm.Data, existing: [gpu], options: settings => settings.Gpus.Clear());
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        await again.SubmitAsync(definition);
        var waiting = await again.UntilAsync(definition, snapshot => snapshot.Tasks[0].WaitingFor?.Contains("paused", StringComparison.Ordinal) == true);
        Assert.Contains($"{Id(gpu)} is paused (continuity gpus resume {Id(gpu)})", waiting.Tasks[0].WaitingFor, StringComparison.Ordinal);
        Assert.Equal((GpuMode.Paused, GpuOrigin.Added), Only(await again.Pool.GetGpusAsync()));

        await again.Pool.SetModeAsync(Id(gpu), GpuMode.Active);
        var end = await again.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
    }

    [Fact]
    public async Task ARemovedGpuOfAConfigurationStaysOutOverRestartsUntilItIsAddedAgain()
    {
        var farm = await Farm.StartAsync();
        var gpu = farm.Gpus[0];
        await farm.GpusAsync(gpus => gpus.Length == 1);
        Assert.IsType<GpuCommandResult.Done>(await farm.Pool.RemoveAsync(Id(gpu)));
        Assert.Equal(new GpuCommandResult.Done(Id(gpu), GpuMode.Draining, Changed: false), await farm.Pool.RemoveAsync(Id(gpu)));
        await farm.StopSiloAsync(kill: true);

        await using var again = await Farm.StartAsync(data: farm.Data, existing: farm.Gpus);
        await again.Pool.AdvertiseAsync(GpuOrigin.Configured, "a silo", [Farm.Register(gpu)]);
        Assert.Empty(await again.Pool.GetGpusAsync());
        await again.Pool.AddAsync(Farm.Register(gpu));

        Assert.Equal((GpuMode.Active, GpuOrigin.Added), Only(await again.Pool.GetGpusAsync()));
    }

    [Fact]
    public async Task AnUnknownGpuIsNotFoundAndNothingChanges()
    {
        await using var farm = await Farm.StartAsync();
        await farm.GpusAsync(gpus => gpus.Length == 1);

        var paused = Assert.IsType<GpuCommandResult.NotFound>(await farm.Pool.SetModeAsync(new GpuId("nobody"), GpuMode.Paused));
        Assert.IsType<GpuCommandResult.NotFound>(await farm.Pool.RemoveAsync(new GpuId("nobody")));

        Assert.Equal($"There is no GPU nobody here. There are: {Id(farm.Gpus[0])}.", paused.Message);
    }

    [Fact]
    public async Task APausedGpuKeepsWhatIsStagedAndGetsNothingNew()
    {
        await using var farm = await Farm.StartAsync();
        var gpu = farm.Gpus[0];
        var definition = await TwoOnAsync(farm, gpu, Pipes.Keyframe("k3", "a third"));

        await farm.Pool.SetModeAsync(Id(gpu), GpuMode.Paused);
        gpu.Faults.Release("KSampler");
        var paused = await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Completed == 2);
        Assert.Single(paused.Tasks, task => task.Row.State == TaskState.Pending);
        Assert.Equal(2, farm.Executions());

        await farm.Pool.SetModeAsync(Id(gpu), GpuMode.Active);
        var end = await farm.EndOfAsync(definition);

        Assert.All(end.Tasks, task => Assert.Equal((TaskState.Completed, 1), (task.Row.State, task.Row.Attempts)));
    }

    [Fact]
    public async Task DrainingMovesWhatIsStagedAndFinishesWhatRuns()
    {
        await using var farm = await Farm.StartAsync();
        var gpu = farm.Gpus[0];
        var definition = await TwoOnAsync(farm, gpu);
        await using var other = (await Farm.SimulateAsync(1))[0];

        await farm.Pool.SetModeAsync(Id(gpu), GpuMode.Draining);
        await farm.BringAsync(other);
        var moved = await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Completed == 1);

        // The one that ran goes on; the other ran on the other GPU, for the first time, and nothing of it is charged.
        Assert.Single(moved.Tasks, task => task.Row.State == TaskState.Running);
        var row = moved.Tasks.Single(task => task.Row.State == TaskState.Completed).Row;
        Assert.Equal((2, 0, 0, Id(other)), (row.Attempts, row.Retries, row.Losses, row.Attempt!.GpuId));
        Assert.Equal(1, other.Statistics.Succeeded);
        Assert.Single(gpu.Statistics.Executions);
        var history = await farm.Pipeline(definition).GetHistoryAsync(row.TaskId, 100);
        Assert.Contains(history, line => line.Text == $"Attempt 1 on {Id(gpu)} ended: Its GPU was taken out of work before the prompt started there. It is tried again at once (no retry used up).");
        Assert.False(View(await farm.Pool.GetGpusAsync(), gpu).IsDrained);

        gpu.Faults.Release("KSampler");
        var end = await farm.EndOfAsync(definition);
        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        var views = await farm.GpusAsync(gpus => View(gpus, gpu).IsDrained);
        Assert.Equal(0, View(views, gpu).Failed);
        Assert.All(gpu.Statistics.Executions.Values.Concat(other.Statistics.Executions.Values), runs => Assert.Equal(1, runs));
    }

    [Fact]
    public async Task WhatIsStagedGoesToAGpuThatBecomesFreeAndWouldBeDoneWithItSooner()
    {
        await using var farm = await Farm.StartAsync();
        var gpu = farm.Gpus[0];
        var definition = await TwoOnAsync(farm, gpu);

        // What executes takes far longer than usual.
        await using var other = (await Farm.SimulateAsync(1))[0];
        await farm.BringAsync(other);
        var moved = await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Completed == 1);

        Assert.Single(moved.Tasks, task => task.Row.State == TaskState.Running);
        var row = moved.Tasks.Single(task => task.Row.State == TaskState.Completed).Row;
        Assert.Equal((2, 0, 0, Id(other)), (row.Attempts, row.Retries, row.Losses, row.Attempt!.GpuId));
        var history = await farm.Pipeline(definition).GetHistoryAsync(row.TaskId, 100);
        Assert.Contains(history, line => line.Text.Contains("is idle and will be done with it sooner. It is tried again at once (no retry used up).", StringComparison.Ordinal));

        gpu.Faults.Release("KSampler");
        var end = await farm.EndOfAsync(definition);
        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.All(gpu.Statistics.Executions.Values.Concat(other.Statistics.Executions.Values), runs => Assert.Equal(1, runs));
        Assert.Equal(2, gpu.Statistics.Executions.Count + other.Statistics.Executions.Count);
    }

    [Fact]
    public async Task WhatIsStagedMakesRoomForAPipelineOfHigherPriority()
    {
        await using var farm = await Farm.StartAsync();
        var gpu = farm.Gpus[0];
        var definition = await TwoOnAsync(farm, gpu);

        var urgent = Pipes.Of(Pipes.Keyframe("u1", "urgent")) with { Priority = PipelinePriority.High };
        await farm.SubmitAsync(urgent);
        await farm.UntilAsync(urgent, snapshot => snapshot.Tasks[0].Row.State == TaskState.Running);
        var waits = await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Pending == 1);
        Assert.Single(waits.Tasks, task => task.Row.State == TaskState.Running);

        gpu.Faults.Release("KSampler");
        var ends = await Task.WhenAll(farm.EndOfAsync(urgent), farm.EndOfAsync(definition));
        Assert.All(ends, end => Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end)));
        Assert.All(gpu.Statistics.Executions.Values, runs => Assert.Equal(1, runs));
        Assert.Equal(3, gpu.Statistics.Executions.Count);

        // It has waited since it first came.
        var again = waits.Tasks.Single(task => task.Row.State == TaskState.Pending).Row;
        Assert.Equal(again.Attempt!.WaitingSince, ends[1].Tasks.Single(task => task.Row.TaskId == again.TaskId).Row.Attempt!.WaitingSince);
        Assert.NotNull(again.Attempt.WaitingSince);
        Assert.All(ends[1].Tasks, task => Assert.Equal((0, 0), (task.Row.Retries, task.Row.Losses)));
    }

    [Fact]
    public async Task ADrainGoesOnAfterTheDeathOfTheSilo()
    {
        var farm = await Farm.StartAsync();
        var gpu = farm.Gpus[0];
        var definition = await TwoOnAsync(farm, gpu);
        await farm.Pool.SetModeAsync(Id(gpu), GpuMode.Draining);
        await farm.StopSiloAsync(kill: true);

        await using var other = (await Farm.SimulateAsync(1))[0];
        await using var again = await Farm.StartAsync(data: farm.Data, existing: farm.Gpus, options: settings => settings.Gpus.Add(Farm.Register(other)));
        var moved = await again.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Completed == 1);
        gpu.Faults.Release("KSampler");
        var end = await again.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal(Id(other), moved.Tasks.Single(task => task.Row.State == TaskState.Completed).Row.Attempt!.GpuId);
        Assert.Single(gpu.Statistics.Executions);
        Assert.All(end.Tasks, task => Assert.Equal(0, task.Row.Retries));
    }

    [Fact]
    public async Task AGpuThatIsRemovedGivesBackWhatIsStagedThere()
    {
        await using var farm = await Farm.StartAsync();
        var gpu = farm.Gpus[0];
        var definition = await TwoOnAsync(farm, gpu);

        await farm.Pool.RemoveAsync(Id(gpu));
        var waiting = await farm.UntilAsync(definition, snapshot => snapshot.Tasks.Any(task => task.WaitingFor?.Contains("no GPU is registered", StringComparison.Ordinal) == true));
        Assert.Single(waiting.Tasks, task => task.Row.State == TaskState.Running);
        gpu.Faults.Release("KSampler");
        await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Completed == 1);
        await farm.Pool.AddAsync(Farm.Register(gpu));
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal(2, gpu.Statistics.Executions.Count);
    }

    [Fact]
    public async Task ATakeBackWhoseAnswersAreLostGivesNothingUpThatComfyStillKnows()
    {
        await using var farm = await Farm.StartAsync();
        var gpu = farm.Gpus[0];
        var definition = await TwoOnAsync(farm, gpu);
        gpu.Faults.HttpErrors["/queue"] = 3;
        await farm.Pool.SetModeAsync(Id(gpu), GpuMode.Draining);
        await farm.GpusAsync(gpus => View(gpus, gpu) is { Status.Mode: GpuMode.Draining, Holders.Length: 1 });
        gpu.Faults.Release("KSampler");
        await farm.Pool.SetModeAsync(Id(gpu), GpuMode.Active);
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.All(gpu.Statistics.Executions.Values, runs => Assert.Equal(1, runs));
        Assert.Equal(2, gpu.Statistics.Executions.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task HoweverGpusAreDrainedAndResumedEveryTaskExecutesOnceAndNothingIsCharged(int seed)
    {
        var random = new Random(seed);
        await using var farm = await Farm.StartAsync(gpus: 3, simulator: options => options.StepTime = TimeSpan.FromMilliseconds(5));
        var definition = Pipes.Of([.. Enumerable.Range(0, 40).Select(i => Pipes.Keyframe($"k{i}", $"prompt {i}"))]);
        var stirring = new CancellationTokenSource();
        await farm.SubmitAsync(definition);
        var stir = StirAsync();

        var end = await farm.EndOfAsync(definition);
        await stirring.CancelAsync();
        var drains = await stir;
        stirring.Dispose();

        var told = $"seed {seed}, {drains} drains, {end.Tasks.Sum(task => task.Row.Attempts - 1)} prompts taken back. {Farm.Describe(end)}";
        Assert.True(end.Summary.Status == PipelineStatus.Completed, told);
        Assert.All(end.Tasks, task => Assert.True(task.Row is { Retries: 0, Losses: 0 }, told));
        Assert.True(end.Tasks.Any(task => task.Row.Attempts > 1), $"Nothing was taken back: the test tested nothing. {told}");
        var runs = farm.Gpus.SelectMany(gpu => gpu.Statistics.Executions).ToList();
        Assert.True(runs.All(run => run.Value == 1), told);
        Assert.True(runs.Count == 40, $"{runs.Count} prompts executed. {told}");

        async Task<int> StirAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            var count = 0;
            try
            {
                while (await timer.WaitForNextTickAsync(stirring.Token))
                {
                    // One stays in work, so that the pipeline comes to its end.
                    var mode = random.Next(2) == 0 ? GpuMode.Draining : GpuMode.Active;
                    await farm.Pool.SetModeAsync(Id(farm.Gpus[random.Next(1, 3)]), mode);
                    count += mode == GpuMode.Draining ? 1 : 0;
                }
            }
            catch (OperationCanceledException)
            {
            }

            return count;
        }
    }

    private static async Task<PipelineDefinition> TwoOnAsync(Farm farm, SimulatedComfy gpu, params TaskDefinition[] more)
    {
        gpu.Faults.HangAt("KSampler");
        var definition = Pipes.Of([Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "another"), .. more]);
        await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Running == 2
            && gpu.Statistics is { Submitted.Length: 2, Executions.Count: 1 }
            && snapshot.Tasks.Count(task => task.Live?.Phase == TaskPhase.Executing) == 1);
        return definition;
    }

    private static GpuId Id(SimulatedComfy gpu) => Farm.Register(gpu).Id;

    private static GpuView View(IEnumerable<GpuView> gpus, SimulatedComfy gpu) => gpus.Single(view => view.Registration.Id == Id(gpu));

    private static (GpuMode Mode, GpuOrigin Origin) Only(IEnumerable<GpuView> gpus)
    {
        var view = Assert.Single(gpus);
        return (view.Mode, view.Registration.Origin);
    }
}
