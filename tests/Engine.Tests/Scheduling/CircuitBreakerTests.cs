using Continuity.Engine.Scheduling;
using Continuity.Tasks;

namespace Continuity.Engine.Tests.Scheduling;

public sealed class CircuitBreakerTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void ThreeFailuresOfDifferentWorkflowsOpenItAndOneProbeIsLetThroughAfterThePause()
    {
        var breaker = CircuitBreaker.Healthy.After(FaultClass.Node, "a", Now).After(FaultClass.Node, "b", Now);
        Assert.Equal(2, breaker.Allowed(Now, 2));

        breaker = breaker.After(FaultClass.Node, "c", Now);

        Assert.Equal(0, breaker.Allowed(Now.AddSeconds(29), 2));
        Assert.Equal(1, breaker.Allowed(Now.AddSeconds(31), 2));
    }

    [Fact]
    public void OneBadWorkflowNeverOpensIt()
    {
        var breaker = CircuitBreaker.Healthy;
        for (var i = 0; i < 20; i++)
        {
            breaker = breaker.After(FaultClass.Node, "bad", Now);
        }

        Assert.Equal(2, breaker.Allowed(Now, 2));
    }

    [Fact]
    public void SuccessResetsTheCountAndClosesIt()
    {
        var breaker = CircuitBreaker.Healthy.After(FaultClass.Gpu, "a", Now);
        Assert.Equal(0, breaker.Allowed(Now, 2));

        Assert.Equal(CircuitBreaker.Healthy, breaker.After(null, "a", Now.AddSeconds(31)));
    }

    [Fact]
    public void AFailedProbeDoublesThePause()
    {
        var breaker = CircuitBreaker.Healthy.After(FaultClass.Gpu, "a", Now);
        var probed = Now.AddSeconds(31);

        breaker = breaker.After(FaultClass.Gpu, "a", probed);

        Assert.Equal(0, breaker.Allowed(probed.AddSeconds(59), 2));
        Assert.Equal(1, breaker.Allowed(probed.AddSeconds(61), 2));
    }

    [Fact]
    public void WhatFailsWhileItIsOpenBelongsToTheFaultThatOpenedIt()
    {
        var breaker = CircuitBreaker.Healthy.After(FaultClass.Gpu, "a", Now).After(FaultClass.Gpu, "b", Now.AddSeconds(20));

        Assert.Equal(1, breaker.Allowed(Now.AddSeconds(31), 2));
        Assert.Equal(1, breaker.Trips);
    }

    [Fact]
    public void ThePauseIsBounded()
    {
        var (breaker, now) = (CircuitBreaker.Healthy with { FirstPause = TimeSpan.FromSeconds(3) }, Now);
        for (var i = 0; i < 100; i++)
        {
            breaker = breaker.After(FaultClass.Gpu, "a", now);
            now = breaker.OpenUntil!.Value;
        }

        Assert.Equal(now.AddSeconds(60), breaker.After(FaultClass.Gpu, "a", now).OpenUntil);
    }

    [Theory]
    [InlineData(FaultClass.Validation)]
    [InlineData(FaultClass.Missing)]
    [InlineData(FaultClass.OutOfMemory)]
    [InlineData(FaultClass.Interrupted)]
    public void FaultsOfTheTaskDoNotCount(FaultClass fault) => Assert.Equal(CircuitBreaker.Healthy, CircuitBreaker.Healthy.After(fault, "a", Now));
}
