using System.Collections.Immutable;

using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Pipelines;

/// <summary>Which pipeline goes first, changed while all of them run; and what is said of those that wait.</summary>
public sealed class PriorityTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task WhatWaitsOfAPipelineGoesFirstOnceItsPriorityIsHighAndWhatRunsGoesOn()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HangAt("KSampler");

        // One executes, one is staged behind it, and the rest waits.
        PipelineDefinition busy = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "another")), early = Pipes.Of(Pipes.Keyframe("k1")), late = Pipes.Of(Pipes.Keyframe("k1")) with { Owner = "ann" };
        await farm.SubmitAsync(busy);
        await farm.UntilAsync(busy, snapshot => snapshot.Summary.Counts.Running == 2);
        await farm.SubmitAsync(early);
        await WaitingAsync(farm, early);
        var pipeline = await farm.SubmitAsync(late);
        var before = await WaitingAsync(farm, early, late);
        var operation = Guid.NewGuid();

        var done = Assert.IsType<CommandResult.Done>(await pipeline.SetPriorityAsync(operation, PipelinePriority.High));
        Assert.Equal(PipelinePriority.High, done.Summary.Priority);
        Assert.IsType<CommandResult.Done>(await pipeline.SetPriorityAsync(operation, PipelinePriority.High));
        Assert.Equal(done.Summary.Version, Assert.IsType<CommandResult.Done>(await pipeline.SetPriorityAsync(Guid.NewGuid(), PipelinePriority.High)).Summary.Version);

        var after = await WaitingAsync(farm, late, early);
        Assert.Equal((PipelinePriority.High, "ann", before[1].WaitingSince), (after[0].Priority, after[0].Owner, after[0].WaitingSince));
        Assert.Equal(PipelinePriority.Normal, after[1].Priority);
        farm.Gpus[0].Faults.Release("KSampler");
        foreach (var definition in (PipelineDefinition[])[busy, early, late])
        {
            var end = await farm.EndOfAsync(definition);
            Assert.True(end.Summary.Status == PipelineStatus.Completed && end.Tasks.All(task => task.Row is { Retries: 0, Losses: 0 }), Farm.Describe(end));
        }

        // What was staged made room for it, and nothing executed twice.
        Assert.All(farm.Gpus[0].Statistics.Executions.Values, runs => Assert.Equal(1, runs));
        Assert.Equal(4, farm.Executions());
        Assert.True(await LeaseAsync(farm, late) < await LeaseAsync(farm, early), "the pipeline of the high priority did not get a slot first");
        Assert.Equal(1, (await pipeline.GetHistoryAsync(null, 100)).Count(line => line.Name == "priority"));
    }

    [Fact]
    public async Task APriorityOutlivesTheDeathOfEverythingAndHoldsForWhatBecomesReadyLater()
    {
        var farm = await Farm.StartAsync(gpus: 0);
        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        var pipeline = await farm.SubmitAsync(definition);
        Assert.IsType<CommandResult.Done>(await pipeline.SetPriorityAsync(Guid.NewGuid(), PipelinePriority.Low));
        await farm.StopSiloAsync(kill: true);

        await using var again = await Farm.StartAsync(gpus: 0, data: farm.Data);
        var resumed = again.Pipeline(definition);
        await resumed.ResumeAsync(Guid.NewGuid());

        Assert.Equal(PipelinePriority.Low, (await WaitingAsync(again, definition))[0].Priority);
        Assert.Equal(PipelinePriority.Low, (await resumed.GetAsync())!.Summary.Priority);
    }

    [Fact]
    public async Task APipelineThatIsLateForItsDeadlineGoesBeforeOthersOfItsPriority()
    {
        await using var farm = await Farm.StartAsync();
        farm.Gpus[0].Faults.HangAt("KSampler");
        PipelineDefinition busy = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "another")), early = Pipes.Of(Pipes.Keyframe("k1"));
        await farm.SubmitAsync(busy);
        await farm.UntilAsync(busy, snapshot => snapshot.Summary.Counts.Running == 2);
        await farm.SubmitAsync(early);
        await WaitingAsync(farm, early);

        var far = Pipes.Of(Pipes.Keyframe("k1")) with { Deadline = TimeProvider.System.GetUtcNow().AddYears(1) };
        await farm.SubmitAsync(far);
        await WaitingAsync(farm, early, far);
        var near = Pipes.Of(Pipes.Keyframe("k1")) with { Deadline = TimeProvider.System.GetUtcNow().AddSeconds(1) };
        await farm.SubmitAsync(near);

        // What was staged has made room for it.
        var starts = await farm.UntilAsync(near, snapshot => snapshot.Tasks[0].Row.State == TaskState.Running);
        Assert.True(starts.IsLate);
        Assert.False((await farm.Pipeline(far).GetAsync())!.IsLate);
        Assert.Equal(TaskState.Pending, (await farm.Pipeline(early).GetAsync())!.Tasks[0].Row.State);
        farm.Gpus[0].Faults.Release("KSampler");
        foreach (var definition in (PipelineDefinition[])[busy, early, far, near])
        {
            var end = await farm.EndOfAsync(definition);
            Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        }

        Assert.True(await LeaseAsync(farm, near) < await LeaseAsync(farm, early), "the pipeline that was late did not get a slot first");
    }

    [Fact]
    public async Task ThePriorityOfAnUnknownPipelineIsNotFound()
    {
        await using var farm = await Farm.StartAsync(gpus: 0);

        Assert.IsType<CommandResult.NotFound>(await farm.Grains.GetGrain<IPipelineGrain>("nobody").SetPriorityAsync(Guid.NewGuid(), PipelinePriority.High));
    }

    [Fact]
    public async Task ATicketThatWaitsSaysWhyGpuByGpu()
    {
        await using var farm = await Farm.StartAsync(gpus: 2);
        farm.Gpus[0].Faults.HangAt("KSampler");
        var (busy, paused) = (GpuId.FromAddress(farm.Gpus[0].BaseAddress), GpuId.FromAddress(farm.Gpus[1].BaseAddress));
        await farm.GpusAsync(gpus => gpus.Length == 2 && gpus.All(gpu => gpu.Status.Health == GpuHealth.Healthy));
        await farm.Pool.SetModeAsync(paused, GpuMode.Paused);
        PipelineDefinition first = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Keyframe("k2", "another")), second = Pipes.Of(Pipes.Keyframe("k1"));
        await farm.SubmitAsync(first);
        await farm.UntilAsync(first, snapshot => snapshot.Summary.Counts.Running == 2);
        await farm.SubmitAsync(second);
        var ticket = (await WaitingAsync(farm, second))[0];

        var wait = (await farm.Pool.WhyAsync(ticket.Id))!;

        Assert.Equal((ticket.Id, 0, busy), (wait.Ticket, wait.Ahead, wait.ExpectedGpu));
        Assert.Equal("next; the only GPU that can run it is busy", wait.Reason);
        Assert.True(wait.ExpectedStart > ticket.WaitingSince, $"{wait.ExpectedStart} is before {ticket.WaitingSince}");
        var kinds = wait.Gpus.ToDictionary(gpu => gpu.Gpu, gpu => gpu);
        Assert.Equal((GpuRefusalKind.Busy, GpuRefusalKind.Paused), (kinds[busy].Kind, kinds[paused].Kind));
        Assert.Matches($"^runs {first.Id}/k[12], then {first.Id}/k[12], for ", kinds[busy].Reason);
        Assert.Null(await farm.Pool.WhyAsync(new TicketId(new TaskKey(first.Id, "k1"), 1)));

        // The same words reach whoever watches.
        var watched = await farm.UntilAsync(second, snapshot => snapshot.Tasks[0].Live?.ExpectedStart is not null);
        Assert.Equal(wait.Reason, watched.Tasks[0].WaitingFor);
        farm.Gpus[0].Faults.Release("KSampler");
        await farm.EndOfAsync(second);
    }

    // Both slots may become free at once: which task recorded its start first says nothing then, but leases of a GPU are numbered as they are given.
    private static async Task<long> LeaseAsync(Farm farm, PipelineDefinition definition) => (await farm.Pipeline(definition).GetAsync())!.Tasks[0].Row.Attempt!.LeaseEpoch;

    // Waits until the tickets of some pipelines wait in some order.
    private static async Task<ImmutableArray<Ticket>> WaitingAsync(Farm farm, params PipelineDefinition[] order)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var waiting = await farm.Pool.GetWaitingAsync(10);
            if (waiting.Select(waits => waits.Ticket.Id.Task.Pipeline).SequenceEqual(order.Select(definition => definition.Id)))
            {
                return [.. waiting.Select(waits => waits.Ticket)];
            }

            Assert.False(timeout.IsCancellationRequested, $"After {Patience} these wait: {string.Join("; ", waiting)}.");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
