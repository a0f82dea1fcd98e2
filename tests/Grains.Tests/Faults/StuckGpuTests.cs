using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Faults;

/// <summary>A ComfyUI that answers but does not work: noticed by its progress, kept away from work, and restarted where there is a command.</summary>
public sealed class StuckGpuTests
{
    [Fact]
    public async Task HowLongAWorkflowMayBeSilentIsLearnedFromItsRuns()
    {
        await using var farm = await Farm.StartAsync(options: options =>
        {
            options.StallTimeout = TimeSpan.FromMinutes(5);
            options.StallFloor = TimeSpan.FromSeconds(1);
        });
        var lively = await farm.RunAsync(Pipes.Of([.. Enumerable.Range(0, 6).Select(i => Pipes.Keyframe($"k{i}", $"prompt {i}"))]));
        Assert.True(lively.Summary.Status == PipelineStatus.Completed, Farm.Describe(lively));
        farm.Gpus[0].Faults.HangAt("KSampler");
        var definition = Pipes.Of(Pipes.Keyframe("k", "another"));
        await farm.SubmitAsync(definition);

        // It would be five minutes if nothing had been learned.
        await farm.Gpus[0].UntilAsync(statistics => statistics.InterruptRequests > 0);
        farm.Gpus[0].Faults.Release("KSampler");
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal((2, 0, 1), (end.Tasks[0].Row.Attempts, end.Tasks[0].Row.Retries, end.Tasks[0].Row.Losses));
        Assert.Contains("no sign of progress", await HistoryAsync(farm, definition), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ThePromptBehindADeadWorkerIsTakenBackAndTheGpuIsRestarted()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using var farm = await Farm.StartAsync(comfyClient: comfy => comfy.CancelPatience = TimeSpan.FromSeconds(2), options: options =>
        {
            options.StallTimeout = TimeSpan.FromSeconds(2);
            options.Care.RestartProgram = "/bin/sh";
            options.Care.RestartArguments.Add("-c");
            options.Care.RestartArguments.Add("echo restart $CONTINUITY_GPU_ID >> \"$0\"");
            options.Care.RestartArguments.Add(file);
            options.Care.RestartAfter = TimeSpan.FromSeconds(12);
        });
        farm.Gpus[0].Faults.ZombieWorkers = 1;
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "another"));
        await farm.SubmitAsync(definition);

        var stuck = await farm.UntilGpuAsync(0, gpu => gpu.Status.Health == GpuHealth.Quarantined);
        Assert.Contains("restart its ComfyUI", stuck.Status.Problem, StringComparison.Ordinal);
        await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Running == 0);
        await farm.UntilGpuAsync(0, gpu => gpu.Status.Problem?.Contains("restarted at", StringComparison.Ordinal) == true);
        Assert.Equal($"restart {Farm.Register(farm.Gpus[0]).Id}\n", await File.ReadAllTextAsync(file));
        await farm.Gpus[0].RestartAsync();
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal([0, 0], end.Tasks.Select(task => task.Row.Retries));
        Assert.Equal(1, end.Tasks.Sum(task => task.Row.Losses));
        Assert.Contains("had not started; it answers, but prompt", await HistoryAsync(farm, definition), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task ARestartCommandThatFailsSaysSo()
    {
        await using var farm = await Farm.StartAsync(options: options =>
        {
            options.Care.RestartAfter = TimeSpan.FromSeconds(1);
            options.CareOf.Add(new GpuCareOptions { Gpu = options.Gpus[0].Id.Value, RestartProgram = "/no/such/program", RestartAfter = TimeSpan.Zero });
        });
        await farm.UntilGpuAsync(0, gpu => gpu.Status.Health == GpuHealth.Healthy);

        await farm.Gpus[0].CrashAsync();
        var away = await farm.UntilGpuAsync(0, gpu => gpu.Status.Problem?.Contains("/no/such/program", StringComparison.Ordinal) == true);
        Assert.Equal(GpuHealth.Unreachable, away.Status.Health);
        await farm.Gpus[0].RestartAsync();
        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k1")));

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
    }

    [Fact]
    public async Task AGpuIsEmptiedAfterSoManyPromptsWithoutLosingAny()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        // Slow enough that the looks at the GPU see it at work, and not only when all is done.
        await using var farm = await Farm.StartAsync(simulator: simulator => simulator.StepTime = TimeSpan.FromMilliseconds(20), options: options =>
        {
            options.Care.RecycleAfterPrompts = 3;
            options.Care.RestartProgram = "/bin/sh";
            options.Care.RestartArguments.Add("-c");
            options.Care.RestartArguments.Add("echo restart >> \"$0\"");
            options.Care.RestartArguments.Add(file);
        });

        var end = await farm.RunAsync(Pipes.Of([.. Enumerable.Range(0, 8).Select(i => Pipes.Keyframe($"k{i}", $"prompt {i}"))]));

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.All(end.Tasks, task => Assert.Equal(1, task.Row.Attempts));
        Assert.Equal(8, farm.Executions());

        // The second time it is too soon for another restart: freed memory must do.
        Assert.Equal("restart\n", await File.ReadAllTextAsync(file));
        File.Delete(file);
    }

    [Fact]
    public async Task AComfyThatAnOperatorTookOutOfWorkIsNotStartedUnderTheirHands()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using var farm = await Farm.StartAsync(options: options =>
        {
            options.Care.RestartProgram = "/usr/bin/touch";
            options.Care.RestartArguments.Add(file);
            options.Care.RestartAfter = TimeSpan.Zero;
        });
        var id = Farm.Register(farm.Gpus[0]).Id;
        await farm.Pool.SetModeAsync(id, GpuMode.Paused);
        await farm.UntilGpuAsync(0, gpu => gpu.Status is { Health: GpuHealth.Healthy, Mode: GpuMode.Paused });

        await farm.Gpus[0].CrashAsync();
        await farm.UntilGpuAsync(0, gpu => gpu.Status.Health == GpuHealth.Unreachable);
        Assert.False(File.Exists(file));
        await farm.Pool.SetModeAsync(id, GpuMode.Active);
        await farm.UntilGpuAsync(0, gpu => gpu.Status.Problem?.Contains("restarted at", StringComparison.Ordinal) == true);

        Assert.True(File.Exists(file));
        File.Delete(file);
    }

    private static async Task<string> HistoryAsync(Farm farm, PipelineDefinition definition) =>
        string.Join("\n", (await farm.Pipeline(definition).GetHistoryAsync(null, 1_000)).Select(line => line.Text));
}
