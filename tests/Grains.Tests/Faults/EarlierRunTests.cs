using Continuity.Pipelines;

namespace Continuity.Grains.Tests.Faults;

/// <summary>A GPU's queue that is made anew knows nothing of what it sent before; what stands in its ComfyUI tells it.</summary>
public sealed class EarlierRunTests
{
    [Fact]
    public async Task PromptsOfAnEarlierRunTakeUpTheirGpuUntilTheyAreDone()
    {
        var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HangAt("KSampler");
        var earlier = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "another"));
        await farm.SubmitAsync(earlier);
        await farm.UntilAsync(earlier, snapshot => snapshot.Summary.Counts.Running == 2 && farm.Gpus[0].Statistics.Submitted.Length == 2);
        await farm.StopSiloAsync(kill: true);

        // This silo does not drive the earlier pipeline: nobody adopts its prompts.
        await using var again = await Farm.StartAsync(data: farm.Data, existing: farm.Gpus, options: options => options.DriveAll = false);
        var definition = Pipes.Of(Pipes.Keyframe("k3", "a third"));
        await again.SubmitAsync(definition);
        var waiting = await again.UntilAsync(definition, snapshot => snapshot.Tasks[0].WaitingFor?.Contains("2 prompts of an earlier run", StringComparison.Ordinal) == true);
        Assert.Equal((0, 2), (waiting.Tasks[0].Row.Attempts, again.Gpus[0].Statistics.Submitted.Length));

        again.Gpus[0].Faults.Release("KSampler");
        var end = await again.EndOfAsync(definition);
        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));

        // Both are there to be collected when somebody asks for their pipeline.
        await again.Pipeline(earlier).ResumeAsync(Guid.NewGuid());
        var resumed = await again.EndOfAsync(earlier);
        Assert.True(resumed.Summary.Status == PipelineStatus.Completed, Farm.Describe(resumed));
        Assert.All(again.Gpus[0].Statistics.Executions.Values, runs => Assert.Equal(1, runs));
        Assert.Equal(3, again.Executions());
    }

    [Fact]
    public async Task OthersTakeUpTheirGpuButDoNotKeepItForEver()
    {
        await using var farm = await Farm.StartAsync();
        using var bystander = new Bystander(farm.Gpus[0]);
        var first = await bystander.SendAsync();
        var second = await bystander.SendAsync();
        await farm.UntilGpuAsync(0, gpu => gpu.Status.BusyWith is "busy with 2 prompts of others");
        var definition = Pipes.Of(Pipes.Keyframe("k1"));

        await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => snapshot.Tasks[0].WaitingFor?.Contains("2 prompts of others", StringComparison.Ordinal) == true);
        await bystander.StopAsync(first);
        await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Running == 1);
        await bystander.StopAsync(second);
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
    }
}
