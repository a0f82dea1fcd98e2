using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Tests.Support;
using Continuity.Tasks;

using Microsoft.Extensions.DependencyInjection;

namespace Continuity.ComfyUI.Tests.Client;

public sealed class FollowTests
{
    [Fact]
    public async Task Follow_Success_OutputsAndRisingPercentWithoutPolling()
    {
        await using var rig = await Rig.StartAsync();
        var log = new ProgressLog();
        var outcome = await rig.RunAsync(Graphs.Sleep(seconds: 0.5, steps: 10), log);
        var file = Assert.Single(Assert.IsType<PromptOutcome.Succeeded>(outcome).Outputs);
        Assert.Equal(("3", "output"), (file.NodeId, file.FolderType));
        var percents = log.All.Select(progress => progress.Percent ?? 0).ToArray();
        Assert.Equal(percents.Order(), percents);
        Assert.True(percents[^1] > 50, string.Join(Environment.NewLine, log.All));
        Assert.Contains(log.All, progress => progress is { NodeTitle: "my TestSleep", NodeClass: "TestSleep", IsLive: true, Phase: PromptPhase.Executing });
    }

    [Fact]
    public async Task Follow_TwoAtOnce_SecondIsPendingFirst()
    {
        await using var rig = await Rig.StartAsync();
        var first = await rig.SubmitAsync(Graphs.Sleep());
        var second = await rig.SubmitAsync(Graphs.Quick());
        var log = new ProgressLog();
        var following = rig.FollowAsync(second, log);
        var pending = await log.WaitForAsync(progress => progress is { Phase: PromptPhase.Pending, Position: not null });
        Assert.Equal((1, 1), (pending.Position!.Value, pending.QueueLength!.Value));
        await rig.Client.CancelAsync(first, CancellationToken.None);
        Assert.IsType<PromptOutcome.Succeeded>(await following);
    }

    [Fact]
    public async Task Follow_NodeFails_NodeFaultWithTitleAndTrimmedMessage()
    {
        await using var rig = await Rig.StartAsync();
        var fault = Assert.IsType<PromptOutcome.Failed>(await rig.RunAsync(Graphs.Fail("boom"))).Fault;
        Assert.Equal((FaultClass.Node, "2"), (fault.Class, fault.NodeId));
        Assert.Equal("Node 2 “my TestFail” (TestFail) failed: boom (RuntimeError)", fault.Message);
    }

    [Fact]
    public async Task Follow_OutOfMemory_OutOfMemoryFault()
    {
        await using var rig = await Rig.StartAsync();
        Assert.Equal(FaultClass.OutOfMemory, Assert.IsType<PromptOutcome.Failed>(await rig.RunAsync(Graphs.Fail("oom", "oom"))).Fault.Class);
    }

    [Fact]
    public async Task Follow_UpscaleModelMissing_MissingFaultAtRunTime()
    {
        await using var rig = await Rig.StartAsync();
        var fault = Assert.IsType<PromptOutcome.Failed>(await rig.RunAsync(Graphs.Upscale("nope.pth"))).Fault;
        Assert.Equal(FaultClass.Missing, fault.Class);
        Assert.Contains("nope.pth", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_ExecutionBlocked_NoOutputFaultThatSaysWhy()
    {
        await using var rig = await Rig.StartAsync();
        var graph = Graphs.Through(Graphs.Node("TestBlock", ("image", Graphs.Link("1")), ("message", "not today")));
        var fault = Assert.IsType<PromptOutcome.Failed>(await rig.RunAsync(graph)).Fault;
        Assert.Equal(FaultClass.NoOutput, fault.Class);
        Assert.Contains("not today", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_SamePromptAgain_CachedOutputs()
    {
        await using var rig = await Rig.StartAsync();
        var first = Assert.IsType<PromptOutcome.Succeeded>(await rig.RunAsync(Graphs.Quick()));
        var second = Assert.IsType<PromptOutcome.Succeeded>(await rig.RunAsync(Graphs.Quick()));
        Assert.Equal(first.Outputs.ToArray(), second.Outputs.ToArray());
    }

    [Fact]
    public async Task Follow_SomebodyElseInterrupts_Interrupted()
    {
        await using var rig = await Rig.StartAsync();
        await using var other = Rig.Services();
        var log = new ProgressLog();
        var id = await rig.SubmitAsync(Graphs.Sleep());
        var following = rig.FollowAsync(id, log);
        await log.WaitForAsync(progress => progress.NodeClass == "TestSleep");
        await other.GetRequiredService<IComfyConnections>().Get(rig.Comfy.BaseAddress).CancelAsync(id, CancellationToken.None);
        Assert.IsType<PromptOutcome.Interrupted>(await following);
    }

    [Fact]
    public async Task Follow_SubmittedByAnotherClient_PolledToTheEnd()
    {
        await using var rig = await Rig.StartAsync();
        await using var other = Rig.Services();
        var id = await rig.SubmitAsync(Graphs.Sleep(seconds: 1, steps: 5));
        var log = new ProgressLog();
        var outcome = await other.GetRequiredService<IComfyConnections>().Get(rig.Comfy.BaseAddress).FollowAsync(id, log, CancellationToken.None).WaitAsync(Rig.Patience);
        Assert.IsType<PromptOutcome.Succeeded>(outcome);
        Assert.All(log.All, progress => Assert.False(progress.IsLive));
    }

    [Fact]
    public async Task Follow_SocketsDropAllTheTime_StillEnds()
    {
        await using var rig = await Rig.StartAsync();
        rig.Comfy.Faults.DropSocketsEvery = 3;
        for (var round = 0; round < 5; round++)
        {
            Assert.IsType<PromptOutcome.Succeeded>(await rig.RunAsync(Graphs.Quick($"round{round}")));
        }
    }

    [Fact]
    public async Task Follow_SocketsAreMute_EndsByPolling()
    {
        await using var rig = await Rig.StartAsync(client: options =>
        {
            options.LivelinessWindow = TimeSpan.FromMilliseconds(200);
            options.LivePollInterval = TimeSpan.FromMilliseconds(300);
        });
        rig.Comfy.Faults.MuteSockets = true;
        Assert.IsType<PromptOutcome.Succeeded>(await rig.RunAsync(Graphs.Sleep(seconds: 1, steps: 5)));
    }

    [Fact]
    public async Task Follow_CrashInsideANode_LostAfterTheRestart()
    {
        await using var rig = await Rig.StartAsync();
        var log = new ProgressLog();
        var id = await rig.SubmitAsync(Graphs.Sleep());
        var following = rig.FollowAsync(id, log);
        await log.WaitForAsync(progress => progress.NodeClass == "TestSleep");
        await rig.Comfy.RestartAsync();
        Assert.IsType<PromptOutcome.Lost>(await following);
        Assert.IsType<PromptOutcome.Succeeded>(await rig.RunAsync(Graphs.Quick()));
    }

    [Fact]
    public async Task Follow_ServerStaysAway_UnreachableAfterThePatience()
    {
        await using var rig = await Rig.StartAsync(client: options => options.OutagePatience = TimeSpan.FromMilliseconds(500));
        var log = new ProgressLog();
        var id = await rig.SubmitAsync(Graphs.Sleep());
        var following = rig.FollowAsync(id, log);
        await log.WaitForAsync(progress => progress.NodeClass == "TestSleep");
        await rig.Comfy.CrashAsync();
        var failure = await Assert.ThrowsAsync<ComfyUnreachableException>(() => following);
        Assert.Contains(id, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_UnknownPrompt_Lost()
    {
        await using var rig = await Rig.StartAsync();
        Assert.IsType<PromptOutcome.Lost>(await rig.FollowAsync("never-seen"));
    }

    [Fact]
    public async Task Follow_WorkerDies_NoActivityAndNoEnd()
    {
        await using var rig = await Rig.StartAsync();
        rig.Comfy.Faults.ZombieWorkers = 1;
        var id = await rig.SubmitAsync(Graphs.Quick());
        var log = new ProgressLog();
        using var stop = new CancellationTokenSource();
        var following = rig.Client.FollowAsync(id, log, stop.Token);
        var seen = await log.WaitForAsync(progress => progress.Phase == PromptPhase.Executing);
        Assert.IsType<Whereabouts.Running>(await rig.Client.FindAsync(id, CancellationToken.None));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
        Assert.True(log.All[^1].LastActivity - seen.LastActivity < TimeSpan.FromSeconds(5), log.All[^1].ToString());
    }

    [Fact]
    public async Task Follow_Previews_ArePassedOn()
    {
        await using var rig = await Rig.StartAsync();
        var log = new ProgressLog();
        await rig.RunAsync(Graphs.Sleep(seconds: 0.5, steps: 5, previews: true), log);
        var preview = log.All.Select(progress => progress.Preview).First(preview => preview is not null)!;
        Assert.Equal(preview.MediaType, Artifacts.MediaTypes.OfContent(preview.Data.Span));
    }
}
