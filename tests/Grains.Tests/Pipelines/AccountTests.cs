using Continuity.Engine.Accounts;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Pipelines;

/// <summary>Where the GPU's time went, as it is recorded, beside what the simulated ComfyUI says of it.</summary>
public sealed class AccountTests
{
    // Its messages carry whole milliseconds, and so does the record.
    private const double Rounding = 0.0011;

    [Fact]
    public async Task WorkingAndSwappingAreWhatComfyUiExecutedPromptByPrompt()
    {
        await using var farm = await Farm.StartAsync(simulator: options =>
        {
            options.StepTime = TimeSpan.FromMilliseconds(5);
            options.ModelLoadTime = TimeSpan.FromMilliseconds(50);
        });

        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "another"), Pipes.Video("v1", "k1"), Pipes.Upscale("u1", "v1")));

        Assert.Equal(PipelineStatus.Completed, end.Summary.Status);
        Assert.All(end.Tasks, task => AssertExecuted(farm, task.Row.Attempt!));
        Assert.True(end.Tasks[^1].Row.Attempt!.Gpu!.Waiting > 0, "The GPU was idle from the grant of the last prompt to its start.");
        Assert.All(end.Tasks, task => Assert.True(task.Row.Attempt!.Gpu!.Transferring > 0, $"{task.Definition.Id} was fetched in no time"));
        var account = GpuAccount.Of(end.Tasks.Select(task => (task.Definition.Kind, task.Row)));
        Assert.Equal(farm.Gpus[0].Statistics.Ran.Values.Sum() / 1000.0, account.Used.Working + account.Used.Swapping, 5 * Rounding);
        Assert.True(account.Used.Swapping > 0, "Nothing was taken for loading, though every first prompt loads.");
        Assert.Equal(0, account.Lost.Total);
        Assert.Equal([TaskKind.GenerateKeyframe, TaskKind.GenerateVideo, TaskKind.UpscaleVideo], account.Stages.Select(stage => stage.Kind));
    }

    [Fact]
    public async Task WhatAFailedAttemptExecutedIsLost()
    {
        await using var farm = await Farm.StartAsync(simulator: options => options.StepTime = TimeSpan.FromMilliseconds(5));
        farm.Gpus[0].Faults.FailNodes["VAEDecode"] = 1;

        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k", retries: 1)));

        Assert.Equal((PipelineStatus.Completed, 2), (end.Summary.Status, end.Tasks[0].Row.Attempts));
        var row = end.Tasks[0].Row;
        AssertExecuted(farm, row.Attempt!);
        var failed = Assert.Single(farm.Gpus[0].Statistics.Submitted, id => id != row.Attempt!.PromptId);
        Assert.Equal(farm.Gpus[0].Statistics.Ran[failed] / 1000.0, row.EarlierGpu!.Working + row.EarlierGpu.Swapping, Rounding);
        Assert.True(row.EarlierGpu.Total > 0, $"{row.EarlierGpu}");
    }

    [Fact]
    public async Task WhatACancelledAttemptExecutedIsLost()
    {
        await using var farm = await Farm.StartAsync(simulator: options => options.StepTime = TimeSpan.FromSeconds(5));
        var definition = Pipes.Of(Pipes.Keyframe("k"));
        var pipeline = await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].Live?.Phase == TaskPhase.Executing);

        await pipeline.CancelAsync(Guid.NewGuid());
        var end = await farm.EndOfAsync(definition);

        Assert.Equal(PipelineStatus.Cancelled, end.Summary.Status);
        AssertExecuted(farm, end.Tasks[0].Row.Attempt!);
        var account = GpuAccount.Of(end.Tasks.Select(task => (task.Definition.Kind, task.Row)));
        Assert.Equal((0, end.Tasks[0].Row.Attempt!.Gpu!.Total), (account.Used.Total, account.Lost.Total));
    }

    [Fact]
    public async Task APromptThatIsTakenUpAfterADeathIsCountedAsAWhole()
    {
        var gpus = await Farm.SimulateAsync(1, options => options.StepTime = TimeSpan.FromMilliseconds(5));
        gpus[0].Faults.HangAt("VAEDecode");
        var first = await Farm.StartAsync(existing: gpus);
        var definition = Pipes.Of(Pipes.Keyframe("k"));
        await first.SubmitAsync(definition);
        await first.UntilAsync(definition, snapshot => snapshot.Tasks[0].Live?.Phase == TaskPhase.Executing);
        await first.StopSiloAsync(kill: true);

        await using var second = await Farm.StartAsync(existing: gpus, data: first.Data);
        gpus[0].Faults.Release("VAEDecode");
        var end = await second.EndOfAsync(definition);

        Assert.Equal((PipelineStatus.Completed, 1), (end.Summary.Status, second.Executions()));
        AssertExecuted(second, end.Tasks[0].Row.Attempt!);

        // When its slot's turn came is not known any more.
        Assert.Equal(0, end.Tasks[0].Row.Attempt!.Gpu!.Waiting);
    }

    private static void AssertExecuted(Farm farm, AttemptRecord attempt)
    {
        var gpu = attempt.Gpu!;
        Assert.Equal(farm.Gpus[0].Statistics.Ran[attempt.PromptId!] / 1000.0, gpu.Working + gpu.Swapping, Rounding);
    }
}
