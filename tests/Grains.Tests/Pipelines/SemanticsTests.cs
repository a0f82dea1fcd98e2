using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Pipelines;

/// <summary>What the origin system's tests expect of a pipeline, and what it lacked: pause, cancel, resume.</summary>
public sealed class SemanticsTests
{
    [Fact]
    public async Task AFailureThatPassesIsRetried()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.FailNodes["KSampler"] = 1;

        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k", retries: 1)));

        Assert.Equal(PipelineStatus.Completed, end.Summary.Status);
        Assert.Equal((2, 1), (end.Tasks[0].Row.Attempts, end.Tasks[0].Row.Retries));
    }

    [Fact]
    public async Task AFailureThatStaysUsesAllRetriesThenSkipsDependantsToAnyDepthWhileOtherBranchesFinish()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.FailNodes["Wan22ImageToVideoLatent"] = -1;
        var definition = Pipes.Of(
            Pipes.Keyframe("k1"),
            Pipes.Video("v1", "k1", retries: 2),
            Pipes.Upscale("u1", "v1"),
            Pipes.Interpolate("i1", "u1"),
            Pipes.Keyframe("k2"));

        var end = await farm.RunAsync(definition);

        Assert.Equal(PipelineStatus.Failed, end.Summary.Status);
        Assert.Equal(
            [TaskState.Completed, TaskState.Failed, TaskState.Skipped, TaskState.Skipped, TaskState.Completed],
            end.Tasks.Select(task => task.Row.State));
        Assert.Equal((3, 2), (end.Tasks[1].Row.Attempts, end.Tasks[1].Row.Retries));
        Assert.Equal(FaultClass.Node, end.Tasks[1].Row.Fault!.Class);
        Assert.Contains("Video: v1", end.Tasks[3].Row.Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResumeRunsAgainOnlyWhatDidNotComplete()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.FailNodes["Wan22ImageToVideoLatent"] = 1;
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1"), Pipes.Upscale("u1", "v1"));
        var failed = await farm.RunAsync(definition);
        Assert.Equal(PipelineStatus.Failed, failed.Summary.Status);

        Assert.IsType<CommandResult.Done>(await farm.Pipeline(definition).ResumeAsync(Guid.NewGuid()));
        var end = await farm.UntilAsync(definition, snapshot => snapshot.Summary.Status == PipelineStatus.Completed);

        Assert.Equal([1, 2, 1], end.Tasks.Select(task => task.Row.Attempts));
    }

    [Fact]
    public async Task PauseStartsNothingNewAndResumeGoesOn()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HangAt("KSampler");
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1"));
        var pipeline = await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Running == 1);

        Assert.IsType<CommandResult.Done>(await pipeline.PauseAsync(Guid.NewGuid()));
        farm.Gpus[0].Faults.Release("KSampler");
        var paused = await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Completed == 1);

        Assert.Equal(PipelineStatus.Paused, paused.Summary.Status);
        Assert.Equal($"the pipeline is paused (continuity resume {definition.Id})", paused.Tasks[1].WaitingFor);
        Assert.Empty(await farm.Pool.GetWaitingAsync(10));
        Assert.Equal(1, farm.Executions());

        await pipeline.ResumeAsync(Guid.NewGuid());
        var end = await farm.EndOfAsync(definition);
        Assert.Equal((PipelineStatus.Completed, 2), (end.Summary.Status, farm.Executions()));
    }

    [Fact]
    public async Task CancelRemovesStagedPromptsAndInterruptsTheRunningOne()
    {
        await using var farm = await Farm.StartAsync(simulator: options => options.StepTime = TimeSpan.FromSeconds(5));
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "another"), Pipes.Keyframe("k3", "a third"));
        var pipeline = await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => snapshot.Tasks.Count(task => task.Live?.Phase is TaskPhase.Executing or TaskPhase.Staged) == 2 && farm.Gpus[0].Statistics.Submitted.Length == 2);

        Assert.IsType<CommandResult.Done>(await pipeline.CancelAsync(Guid.NewGuid()));
        var end = await farm.EndOfAsync(definition);

        Assert.Equal(PipelineStatus.Cancelled, end.Summary.Status);
        Assert.All(end.Tasks, task => Assert.Equal(TaskState.Cancelled, task.Row.State));
        using var http = new HttpClient { BaseAddress = farm.Gpus[0].BaseAddress };
        Assert.Equal("""{"queue_running": [], "queue_pending": []}""", await http.GetStringAsync(new Uri("queue", UriKind.Relative)));
        Assert.Equal((1, 0), (farm.Executions(), farm.Gpus[0].Statistics.Succeeded));
    }

    [Fact]
    public async Task ACancelledPipelineIsResumable()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HangAt("KSampler");
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1"));
        var pipeline = await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => snapshot.Summary.Counts.Running == 1);
        await pipeline.CancelAsync(Guid.NewGuid());
        farm.Gpus[0].Faults.Release("KSampler");
        await farm.EndOfAsync(definition);

        await pipeline.ResumeAsync(Guid.NewGuid());
        var end = await farm.UntilAsync(definition, snapshot => snapshot.Summary.Status == PipelineStatus.Completed);

        Assert.Equal(2, end.Summary.Counts.Completed);
    }

    [Fact]
    public async Task MoreThanFiftyRunnableTasksAndTwoPipelinesShareTheGpus()
    {
        await using var farm = await Farm.StartAsync(gpus: 2);
        var first = Pipes.Of([.. Enumerable.Range(0, 60).Select(i => Pipes.Keyframe($"k{i}", $"prompt {i}"))]);
        var second = Pipes.Of([.. Enumerable.Range(0, 20).Select(i => Pipes.Keyframe($"k{i}", $"other {i}"))]);
        await farm.SubmitAsync(first);
        await farm.SubmitAsync(second);

        var ends = await Task.WhenAll(farm.EndOfAsync(first), farm.EndOfAsync(second));

        Assert.All(ends, end => Assert.Equal(PipelineStatus.Completed, end.Summary.Status));
        Assert.Equal(80, farm.Executions());
        Assert.All(farm.Gpus, gpu => Assert.True(gpu.Statistics.Succeeded >= 20, $"{gpu.Statistics.Succeeded} of 80 on one of two GPUs"));
    }

    [Fact]
    public async Task OneCompletedTaskIsMadeAgainWithANewSeedAndAllThatWasMadeFromIt()
    {
        await using var farm = await Farm.StartAsync();
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1"), Pipes.Keyframe("k2", "other"));
        var first = await farm.RunAsync(definition);

        Assert.IsType<CommandResult.Done>(await farm.Pipeline(definition).RetryAsync(Guid.NewGuid(), "k1", newSeed: true));
        var end = await farm.UntilAsync(definition, snapshot => snapshot.Summary.Status == PipelineStatus.Completed && snapshot.Tasks[1].Row.Attempts == 2);

        Assert.Equal([2, 2, 1], end.Tasks.Select(task => task.Row.Attempts));
        Assert.NotEqual(first.Tasks[0].Row.Attempt!.Seed, end.Tasks[0].Row.Attempt!.Seed);
        Assert.Equal(7, first.Tasks[0].Row.Attempt!.Seed);
    }

    [Fact]
    public async Task AChainFallsBackToTheKeyframeAndSaysSo()
    {
        await using var farm = await Farm.StartAsync();

        // The task before made a picture, no clip: there is no last frame to take.
        var end = await farm.RunAsync(Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1", previous: "k1")));

        var metadata = end.Tasks[1].Row.Result!.Metadata;
        Assert.Equal(("keyframe", "true"), (metadata["flf2vSource"], metadata["flf2vFallback"]));
        Assert.Contains("made no lastframe", metadata["flf2vFallbackReason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task WatchingResumesFromAVersionAndEndsWithTheFinalState()
    {
        await using var farm = await Farm.StartAsync();
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1"));
        var end = await farm.RunAsync(definition);

        var versions = new List<long>();
        await foreach (var update in farm.Pipeline(definition).WatchAsync(2))
        {
            versions.Add(update.Summary.Version);
            Assert.All(update.Changed, task => Assert.True(task.Row.Version > 2, $"{task.Definition.Id} changed at {task.Row.Version}"));
        }

        Assert.Equal([end.Summary.Version], versions);
    }

    [Fact]
    public async Task SubmissionIsIdempotentAndRefusesAnotherPipelineUnderTheSameId()
    {
        await using var farm = await Farm.StartAsync();
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        var pipeline = await farm.SubmitAsync(definition);

        Assert.IsType<SubmitResult.Accepted>(await pipeline.SubmitAsync(definition));
        Assert.IsType<SubmitResult.Conflict>(await pipeline.SubmitAsync(definition with { Name = "Another" }));
        await farm.EndOfAsync(definition);
        Assert.Equal(1, farm.Executions());
    }

    [Fact]
    public async Task ADefinitionWithFaultsIsRefusedWholeWithAllOfThem()
    {
        await using var farm = await Farm.StartAsync();
        var definition = Pipes.Of(Pipes.Keyframe("k1", after: "k2"), Pipes.Keyframe("k2", after: "k1"), Pipes.Keyframe("k1"));

        var rejected = Assert.IsType<SubmitResult.Rejected>(await farm.Pipeline(definition).SubmitAsync(definition));

        Assert.True(rejected.Faults.Length >= 2, string.Join("\n", rejected.Faults));
        Assert.Null(await farm.Pipeline(definition).GetAsync());
    }

    [Fact]
    public async Task APipelineAtItsEndCanBeRemoved()
    {
        await using var farm = await Farm.StartAsync();
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        await farm.RunAsync(definition);

        Assert.IsType<CommandResult.Done>(await farm.Pipeline(definition).DeleteAsync(Guid.NewGuid()));

        Assert.Null(await farm.Pipeline(definition).GetAsync());
        Assert.IsType<CommandResult.NotFound>(await farm.Pipeline(definition).ResumeAsync(Guid.NewGuid()));
    }
}
