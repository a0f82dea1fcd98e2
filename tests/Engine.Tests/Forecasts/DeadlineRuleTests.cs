using Continuity.Engine.Forecasts;

namespace Continuity.Engine.Tests.Forecasts;

public sealed class DeadlineRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(60, 40, 59, false)]
    [InlineData(60, 40, 61, true)]
    [InlineData(0, 1, 2, true)]
    [InlineData(-5, 1, 2, true)]
    public void APipelineIsLateOnceMoreThanOneOfTenEndsIs(int minutes, int p50, int p90, bool late) => Assert.Equal(
        late,
        DeadlineRule.IsLate(Now.AddMinutes(minutes), new PipelineForecast { At = Now, End = new TimeLeft(TimeSpan.FromMinutes(p50), TimeSpan.FromMinutes(p90)) }, Now));

    [Fact]
    public void WhatWasNeverMeasuredMakesNothingLateBeforeTheTimeIsUp()
    {
        var rough = new PipelineForecast { At = Now, End = new TimeLeft(TimeSpan.FromHours(9), TimeSpan.FromHours(10)), IsRough = true };

        Assert.False(DeadlineRule.IsLate(Now.AddSeconds(1), rough, Now));
        Assert.True(DeadlineRule.IsLate(Now, rough, Now));
    }

    [Fact]
    public void WhereNoEndCanBeToldItIsLateWhenTheTimeIsUp()
    {
        var unknown = new PipelineForecast { At = Now, WhyNot = "no GPU works now" };

        Assert.False(DeadlineRule.IsLate(Now.AddSeconds(1), unknown, Now));
        Assert.True(DeadlineRule.IsLate(Now, unknown, Now));
    }
}
