using System.Reflection;

using Continuity.ComfyUI.Client;
using Continuity.Gpu;
using Continuity.Grains.Tasks;
using Continuity.Tasks;

using Microsoft.Extensions.Time.Testing;

namespace Continuity.Grains.Tests.Tasks;

public sealed class AttemptMeterTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Slot _slot;
    private readonly AttemptMeter _meter;
    private readonly PromptFollower _follower;

    public AttemptMeterTests()
    {
        var host = DispatchProxy.Create<IAttemptHost, Slot>();
        _slot = (Slot)(object)host;
        _meter = new AttemptMeter(host, _time);
        _follower = new PromptFollower(
            new AttemptRecord(1, DateTimeOffset.UnixEpoch), host, new AttemptServices(null!, null!, null!, null!, null!, null!, null!, null!, null!, _time, null!));
    }

    [Fact]
    public void Read_AfterAnExecution_AddsUpToTheTimeOfTheSlot()
    {
        Held(TimeSpan.FromSeconds(70));
        _follower.Note(new PromptOutcome.Succeeded([], TimeSpan.FromSeconds(66)));

        var gpu = _meter.Read(new ExpectedTime(20, 45, 1, 4, 20), _follower);

        Assert.Equal((45, 21, 4), (gpu.Working, gpu.Swapping, gpu.Waiting));
    }

    [Fact]
    public void Read_TheTurnOfItsSlotIsNotKnown_CountsNoWaiting()
    {
        _follower.Note(new PromptOutcome.Succeeded([], TimeSpan.FromSeconds(66)));

        Assert.Equal((66, 0, 0), (_meter.Read(null, _follower).Working, _meter.Read(null, _follower).Swapping, _meter.Read(null, _follower).Waiting));
    }

    [Fact]
    public void Read_NothingWasSent_IsAllWaiting()
    {
        Held(TimeSpan.FromSeconds(3));

        Assert.Equal(new GpuTime { Waiting = 3 }, _meter.Read(new ExpectedTime(20, 45, 1, 4, 20), null));
    }

    [Fact]
    public void Note_WhatBecameOfIt_TellsHowLongItExecutedAsFarAsThatIsKnown()
    {
        _follower.Note(new PromptOutcome.Lost());
        Assert.Null(_follower.Executed);
        _follower.Note(new PromptOutcome.Interrupted(TimeSpan.FromSeconds(4)));
        Assert.Equal((TimeSpan.FromSeconds(4), false), (_follower.Executed, _follower.IsWhole));

        // It was given up after that: what is known of it stays known.
        _follower.Note(new PromptOutcome.Failed(new TaskFault(FaultClass.Stalled, "silent")));
        Assert.Equal((TimeSpan.FromSeconds(4), false), (_follower.Executed, _follower.IsWhole));
    }

    [Fact]
    public async Task TransferAsync_CountsAlsoWhatFailed()
    {
        await _meter.TransferAsync(() => Task.FromResult(Pass(2)));
        await Assert.ThrowsAsync<IOException>(() => _meter.TransferAsync<int>(() => throw new IOException($"{Pass(3)}")));

        Assert.Equal(5, _meter.Read(null, null).Transferring);
    }

    private int Pass(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        return seconds;
    }

    private void Held(TimeSpan time)
    {
        _slot.TurnAt = _time.GetSteadyNow();
        _slot.ReturnedAt = _slot.TurnAt + time;
    }

    /// <summary>A task that knows of its slot.</summary>
    public class Slot : DispatchProxy
    {
        internal DateTimeOffset? TurnAt { get; set; }

        internal DateTimeOffset? ReturnedAt { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            "get_TurnAt" => TurnAt,
            "get_ReturnedAt" => ReturnedAt,
            _ => throw new NotSupportedException(targetMethod.Name),
        };
    }
}
