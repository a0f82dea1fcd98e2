using Continuity.Engine.Faults;

using CsCheck;

namespace Continuity.Engine.Tests.Faults;

public sealed class StallLimitTests
{
    private static readonly StallLimit Limit = new(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), 4);

    private static readonly Gen<TimeSpan[]> Runs = Gen.Double[0, 3_600].Array[0, 80].Select(seconds => seconds.Select(TimeSpan.FromSeconds).ToArray());

    [Fact]
    public void UntilEnoughRunsAreKnown_TheCeilingHolds() =>
        Assert.Equal(Limit.Ceiling, Limit.After([.. Enumerable.Repeat(TimeSpan.FromSeconds(1), StallLimit.EnoughRuns - 1)]));

    [Fact]
    public void LivelyRuns_AllowNoLessThanTheFloor() => Assert.Equal(Limit.Floor, Limit.After([.. Enumerable.Repeat(TimeSpan.FromSeconds(1), 20)]));

    [Fact]
    public void SilentRuns_AllowTheFactor() => Assert.Equal(TimeSpan.FromMinutes(12), Limit.After([.. Enumerable.Repeat(TimeSpan.FromMinutes(3), 20)]));

    [Fact]
    public void OneFreak_IsAllowedAgainButNotTimesTheFactor()
    {
        TimeSpan[] runs = [TimeSpan.FromMinutes(10), .. Enumerable.Repeat(TimeSpan.FromMinutes(2), 19)];

        Assert.Equal(TimeSpan.FromMinutes(15), Limit.After(runs));
        Assert.Equal(TimeSpan.FromMinutes(8), Limit.After([.. runs, .. Enumerable.Repeat(TimeSpan.FromMinutes(2), StallLimit.KeptRuns)]));
    }

    [Fact]
    public void ACeilingBelowTheFloor_Wins() =>
        Assert.Equal(TimeSpan.FromSeconds(1), (Limit with { Ceiling = TimeSpan.FromSeconds(1) }).After([.. Enumerable.Repeat(TimeSpan.FromMinutes(3), 20)]));

    [Fact]
    public void Property_TheLimitStaysInItsBoundsAndNeverEndsASilenceThatEndedWell() => Runs.Sample(runs =>
    {
        var limit = Limit.After(runs);

        Assert.InRange(limit, Limit.Floor, Limit.Ceiling);
        Assert.All(runs.TakeLast(StallLimit.KeptRuns).Where(run => run <= Limit.Ceiling), run => Assert.True(run <= limit, $"{run} would have been ended after {limit}"));
    });

    [Fact]
    public void Property_LongerSilencesNeverShortenIt() => Gen.Select(Runs, Gen.Double[1, 3]).Sample((runs, factor) =>
        Assert.True(Limit.After([.. runs.Select(run => run * factor)]) >= Limit.After(runs)));
}
