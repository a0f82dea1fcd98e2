using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Tests.Support;

namespace Continuity.ComfyUI.Tests.Client;

public sealed class CancelTests
{
    [Fact]
    public async Task Cancel_Pending_LeavesNoTraceAndTheRunningOneAlone()
    {
        await using var rig = await Rig.StartAsync();
        var running = await rig.SubmitAsync(Graphs.Sleep());
        var pending = await rig.SubmitAsync(Graphs.Quick());
        Assert.IsType<Whereabouts.Unknown>(await rig.Client.CancelAsync(pending, CancellationToken.None));
        Assert.IsType<Whereabouts.Running>(await rig.Client.FindAsync(running, CancellationToken.None));
    }

    [Fact]
    public async Task Cancel_Running_EndsInterrupted()
    {
        await using var rig = await Rig.StartAsync();
        var id = await rig.SubmitAsync(Graphs.Sleep());
        var ended = Assert.IsType<Whereabouts.Ended>(await rig.Client.CancelAsync(id, CancellationToken.None));
        Assert.IsType<PromptOutcome.Interrupted>(ended.Outcome);
    }

    [Fact]
    public async Task Cancel_NodeDoesNotLook_WaitsForItsEnd()
    {
        await using var rig = await Rig.StartAsync();
        var id = await rig.SubmitAsync(Graphs.Through(Graphs.Node("TestSleepHard", ("image", Graphs.Link("1")), ("seconds", 1.0), ("seed", 1))));
        Assert.IsType<Whereabouts.Ended>(await rig.Client.CancelAsync(id, CancellationToken.None));
    }

    [Fact]
    public async Task Cancel_WorkerIsDead_TellsThatItStillRuns()
    {
        await using var rig = await Rig.StartAsync(client: options => options.CancelPatience = TimeSpan.FromMilliseconds(400));
        rig.Comfy.Faults.ZombieWorkers = 1;
        var id = await rig.SubmitAsync(Graphs.Quick());
        Assert.IsType<Whereabouts.Running>(await rig.Client.CancelAsync(id, CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task Cancel_WithoutId_Refused(string promptId)
    {
        await using var rig = await Rig.StartAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => rig.Client.CancelAsync(promptId, CancellationToken.None));
    }

    [Fact]
    public async Task Withdraw_Pending_IsGoneAndTheRunningOneGoesOn()
    {
        await using var rig = await Rig.StartAsync();
        var running = await rig.SubmitAsync(Graphs.Sleep());
        var pending = await rig.SubmitAsync(Graphs.Quick());

        Assert.True(await rig.Client.WithdrawAsync(pending, CancellationToken.None));
        Assert.False(await rig.Client.WithdrawAsync(running, CancellationToken.None));

        Assert.IsType<Whereabouts.Unknown>(await rig.Client.FindAsync(pending, CancellationToken.None));
        Assert.IsType<Whereabouts.Running>(await rig.Client.FindAsync(running, CancellationToken.None));
    }

    [Fact]
    public async Task Withdraw_EndedOrUnknown_SaysNothingWasTaken()
    {
        await using var rig = await Rig.StartAsync();
        var ended = await rig.SubmitAsync(Graphs.Quick());
        await rig.FollowAsync(ended);

        Assert.False(await rig.Client.WithdrawAsync(ended, CancellationToken.None));
        Assert.False(await rig.Client.WithdrawAsync("never-sent", CancellationToken.None));
    }

    [Fact]
    public async Task DeleteHistory_EndedPrompt_IsUnknownAfterwards()
    {
        await using var rig = await Rig.StartAsync();
        var id = await rig.SubmitAsync(Graphs.Quick());
        await rig.FollowAsync(id);
        Assert.IsType<Whereabouts.Ended>(await rig.Client.FindAsync(id, CancellationToken.None));
        await rig.Client.DeleteHistoryAsync(id, CancellationToken.None);
        Assert.IsType<Whereabouts.Unknown>(await rig.Client.FindAsync(id, CancellationToken.None));
    }
}
