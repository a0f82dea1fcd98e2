using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Pipelines;

/// <summary>What happens when GPUs, connections and silos fail: nothing is lost, and nothing runs twice that ComfyUI still knows.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task ARestartedSiloTakesUpTheRunningAndTheStagedPrompt()
    {
        var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HangAt("KSampler");
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "another"), Pipes.Video("v1", "k1"));
        await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Running == 2 && farm.Gpus[0].Statistics.Submitted.Length == 2);
        await farm.StopSiloAsync(kill: true);
        farm.Gpus[0].Faults.Release("KSampler");

        await using var again = await Farm.StartAsync(data: farm.Data, existing: farm.Gpus);
        var end = await again.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.All(end.Tasks, task => Assert.Equal(1, task.Row.Attempts));
        Assert.All(again.Gpus[0].Statistics.Executions.Values, runs => Assert.Equal(1, runs));
        Assert.Equal(3, again.Executions());
    }

    [Fact]
    public async Task APromptLostInARestartOfComfyIsSentAgainWithoutUsingUpARetry()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HangAt("KSampler");
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => farm.Executions() == 1 && snapshot.Tasks[0].Live?.Phase == TaskPhase.Executing);

        await farm.Gpus[0].CrashAsync();
        farm.Gpus[0].Faults.Release("KSampler");
        await farm.Gpus[0].RestartAsync();
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal((2, 0), (end.Tasks[0].Row.Attempts, end.Tasks[0].Row.Retries));
    }

    [Fact]
    public async Task ATaskThatTakesDownItsGpuAgainAndAgainIsGivenUpAsPoisoned()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HangAt("KSampler");
        var definition = Pipes.Of(Pipes.Keyframe("k1", retries: 5));
        await farm.SubmitAsync(definition);
        for (var crash = 1; crash <= 3; crash++)
        {
            await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].Row is { State: TaskState.Running } row && row.Attempts == crash && snapshot.Tasks[0].Live?.Phase == TaskPhase.Executing);
            await farm.Gpus[0].CrashAsync();
            await farm.Gpus[0].RestartAsync();
        }

        var end = await farm.EndOfAsync(definition);

        Assert.Equal(PipelineStatus.Failed, end.Summary.Status);
        Assert.Equal(FaultClass.Poisoned, end.Tasks[0].Row.Fault!.Class);
    }

    [Fact]
    public async Task APostWhoseAnswerIsLostIsNotSentTwice()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.LostPromptAnswers = 1;

        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k1")));

        Assert.Equal((PipelineStatus.Completed, 1), (end.Summary.Status, end.Tasks[0].Row.Attempts));
        Assert.Single(farm.Gpus[0].Statistics.Submitted);
    }

    [Fact]
    public async Task OutOfMemoryGoesToAnotherGpuAndNeverBackToTheSame()
    {
        await using var farm = await Farm.StartAsync(gpus: 2);
        farm.Gpus[0].Faults.OutOfMemoryNodes["KSampler"] = -1;
        var definition = Pipes.Of([.. Enumerable.Range(0, 4).Select(i => Pipes.Keyframe($"k{i}", $"prompt {i}"))]);

        var end = await farm.RunAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal(4, farm.Gpus[1].Statistics.Succeeded);
        Assert.All(end.Tasks, task => Assert.True(task.Row.Attempts <= 2, $"{task.Definition.Id} took {task.Row.Attempts} attempts"));
        Assert.All(end.Tasks, task => Assert.Equal(0, task.Row.Retries));
    }

    [Fact]
    public async Task OutOfMemoryOnTheOnlyGpuFailsAndSaysWhy()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.OutOfMemoryNodes["KSampler"] = -1;

        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k1", retries: 3)));

        Assert.Equal(PipelineStatus.Failed, end.Summary.Status);
        Assert.Contains("No GPU can run this", end.Tasks[0].Row.Fault!.Message, StringComparison.Ordinal);
        Assert.Equal(1, farm.Executions());
    }

    [Fact]
    public async Task AModelThatIsMissingOnOneGpuIsFoundOnAnother()
    {
        var first = true;
        await using var farm = await Farm.StartAsync(gpus: 2, simulator: options =>
        {
            if (first)
            {
                options.Models["diffusion_models"].Clear();
                first = false;
            }
        });

        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "other")));

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal(2, farm.Gpus[1].Statistics.Succeeded);
    }

    [Fact]
    public async Task AModelThatIsMissingEverywhereFailsWithTheFileAndThePlace()
    {
        await using var farm = await Farm.StartAsync(simulator: options => options.Models["diffusion_models"].Clear());

        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k1", retries: 3)));

        Assert.Equal(PipelineStatus.Failed, end.Summary.Status);
        Assert.Contains("flux1-krea-dev", end.Tasks[0].Row.Fault!.Message, StringComparison.Ordinal);
        Assert.Contains(farm.Gpus[0].BaseAddress.Authority, end.Tasks[0].Row.Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AValueThatComfyRefusesFailsAtOnce()
    {
        await using var farm = await Farm.StartAsync();
        var task = Pipes.Keyframe("k1", retries: 3);
        var definition = Pipes.Of(task with { Inputs = task.Inputs.SetItem("width", new TaskInput.Literal("999999")) });

        var end = await farm.RunAsync(definition);

        Assert.Equal((PipelineStatus.Failed, 1), (end.Summary.Status, end.Tasks[0].Row.Attempts));
        Assert.Equal(FaultClass.Validation, end.Tasks[0].Row.Fault!.Class);
        Assert.Contains("bigger than max", end.Tasks[0].Row.Fault!.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task SuccessWithoutFilesIsAFailureThatIsRetried()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.EmptyOutputNodes["SaveImage"] = 1;

        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k1", retries: 1)));

        Assert.Equal((PipelineStatus.Completed, 2), (end.Summary.Status, end.Tasks[0].Row.Attempts));
    }

    [Fact]
    public async Task WithoutAnyGpuATaskSaysWhatItWaitsForAndGoesOnWhenOneComes()
    {
        await using var farm = await Farm.StartAsync(gpus: 0);
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        await farm.SubmitAsync(definition);
        var waiting = await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].Live?.Phase == TaskPhase.Waiting);
        Assert.Contains("no GPU is registered", waiting.Tasks[0].WaitingFor, StringComparison.Ordinal);

        await using var gpu = (await Farm.SimulateAsync(1))[0];
        await farm.BringAsync(gpu);
        var end = await farm.EndOfAsync(definition);

        Assert.Equal(PipelineStatus.Completed, end.Summary.Status);
    }

    [Fact]
    public async Task AGpuThatFailsAllItsPromptsIsQuarantinedAndTheOtherDoesTheWork()
    {
        await using var farm = await Farm.StartAsync(gpus: 2);
        farm.Gpus[0].Faults.FailNextPrompts = 1_000;
        var definition = Pipes.Of(
            Pipes.Keyframe("k1", retries: 3),
            Pipes.Keyframe("k2", "b", retries: 3),
            Pipes.Keyframe("k3", "c", retries: 3),
            Pipes.Video("v1", "k1", retries: 3),
            Pipes.Video("v2", "k2", retries: 3, profile: "wan-fun-inpaint"));

        var end = await farm.RunAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal(5, farm.Gpus[1].Statistics.Succeeded);
    }

    [Fact]
    public async Task AStuckPromptIsInterruptedAndTriedAgain()
    {
        await using var farm = await Farm.StartAsync(
            options: options => (options.StallTimeout, options.QuarantinePause) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)),
            comfyClient: comfy => comfy.CancelPatience = TimeSpan.FromSeconds(2));
        farm.Gpus[0].Faults.HangAt("KSampler");
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        await farm.SubmitAsync(definition);

        await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].Row is { Losses: 1 });
        farm.Gpus[0].Faults.Release("KSampler");
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal(0, end.Tasks[0].Row.Retries);
    }

    [Fact]
    public async Task AComfyWhoseWorkerIsDeadIsQuarantinedAndItsPromptGoesElsewhere()
    {
        await using var farm = await Farm.StartAsync(
            gpus: 2,
            options: options => options.StallTimeout = TimeSpan.FromSeconds(1),
            comfyClient: comfy => comfy.CancelPatience = TimeSpan.FromSeconds(2));
        farm.Gpus[0].Faults.ZombieWorkers = 1;
        farm.Gpus[1].Faults.HangAt("KSampler");
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "other"));
        await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Running == 2);
        farm.Gpus[1].Faults.Release("KSampler");

        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal(GpuHealth.Quarantined, (await farm.Pool.GetGpusAsync()).Single(gpu => gpu.Registration.Id == Farm.Register(farm.Gpus[0]).Id).Status.Health);
    }

    [Fact]
    public async Task AServerErrorThatPassesIsTriedAgainWithoutUsingUpARetry()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HttpErrors["/prompt"] = 2;

        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k1")));

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal((3, 0), (end.Tasks[0].Row.Attempts, end.Tasks[0].Row.Retries));
    }

    [Fact]
    public async Task CancellingAPromptThatIsDoneButWhoseFilesAreGoneStillEnds()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HttpErrors["/view"] = -1;
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        var pipeline = await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].Live?.Phase == TaskPhase.Collecting);

        await pipeline.CancelAsync(Guid.NewGuid());
        farm.Gpus[0].Faults.HttpErrors.Clear();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(farm.Gpus[0].DataDirectory, "output"), "*", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        var end = await farm.EndOfAsync(definition);
        Assert.Equal(PipelineStatus.Cancelled, end.Summary.Status);
    }
}
