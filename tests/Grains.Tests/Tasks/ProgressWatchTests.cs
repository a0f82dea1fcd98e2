using System.Reflection;

using Continuity.ComfyUI.Client;
using Continuity.Grains.Tasks;

namespace Continuity.Grains.Tests.Tasks;

public sealed class ProgressWatchTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly JumpingTime _time = new();
    private readonly ProgressWatch _watch;

    public ProgressWatchTests() => _watch = new ProgressWatch(DispatchProxy.Create<IAttemptHost, NoHost>(), _time);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void AClockThatIsSetMakesNobodySilent(int hours)
    {
        Executes();

        _time.Jump(TimeSpan.FromHours(hours));

        Assert.Null(_watch.Stalled(Limit, Limit));
        Executes();
        Assert.InRange(_watch.LongestSilence!.Value, TimeSpan.Zero, Limit);
    }

    [Fact]
    public void SilenceIsToldAlsoAfterTheClockWasSetBack()
    {
        Executes();
        _time.Jump(TimeSpan.FromHours(-1));

        _time.Pass(Limit * 2);

        Assert.InRange(_watch.Stalled(Limit, Limit)!.Value, Limit * 2, Limit * 3);
    }

    [Fact]
    public void WhatWasLastSeenBeforeAStandstillIsNotHeldAgainstThePrompt()
    {
        Executes();
        var before = _time.GetSteadyNow();
        _time.Pass(Limit * 2);

        // What the client knows is as old as the process stood still.
        _watch.LookAgain();
        _watch.Report(new PromptProgress { PromptId = "p", Phase = PromptPhase.Executing, IsLive = true, LastActivity = before });

        Assert.Null(_watch.Stalled(Limit, Limit));
        Assert.Null(_watch.LongestSilence);
        _time.Pass(Limit * 2);
        Assert.NotNull(_watch.Stalled(Limit, Limit));
    }

    [Fact]
    public void APromptStandsBehindOthersFromItsTurnToItsStart()
    {
        var sent = _time.GetSteadyNow();
        Assert.Equal(TimeSpan.Zero, _watch.BehindOthers(sent, sent + Limit));
        _watch.Report(new PromptProgress { PromptId = "p", Phase = PromptPhase.Pending, IsLive = true, LastActivity = sent });
        _time.Pass(Limit);
        var turn = _time.GetSteadyNow();
        _time.Pass(Limit * 2);
        Executes();
        _time.Pass(Limit);

        Assert.Equal(Limit * 2, _watch.BehindOthers(turn, _time.GetSteadyNow()));
        Assert.Equal(Limit * 3, _watch.BehindOthers(sent - Limit, _time.GetSteadyNow()));
        Assert.Equal(TimeSpan.Zero, _watch.BehindOthers(_time.GetSteadyNow(), _time.GetSteadyNow()));
        Assert.Equal(TimeSpan.Zero, _watch.SeenExecuting);
        Assert.Equal(Limit, _watch.ExecutesFor);
    }

    private void Executes() => _watch.Report(new PromptProgress { PromptId = "p", Phase = PromptPhase.Executing, IsLive = true, LastActivity = _time.GetSteadyNow() });

    /// <summary>A host that does nothing.</summary>
    public class NoHost : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => null;
    }

    private sealed class JumpingTime : TimeProvider
    {
        private TimeSpan _jumped;
        private TimeSpan _passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(50) + _passed + _jumped;

        public override long GetTimestamp() => TimeSpan.FromDays(1).Ticks + _passed.Ticks;

        public void Jump(TimeSpan by) => _jumped += by;

        public void Pass(TimeSpan time) => _passed += time;
    }
}
