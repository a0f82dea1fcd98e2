using Continuity.Engine.Faults;

namespace Continuity.Engine.Tests.Faults;

public sealed class RestartPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly RestartSigns Fine = new(null, null, null, IsIdle: true);

    [Fact]
    public void AnInstanceThatWorksIsLeftAlone() => Assert.Null(RestartPolicy.Due(Fine, RestartHistory.None, Patience, Now));

    [Fact]
    public void OneThatIsStuckOrAway_IsRestartedAfterTheWait()
    {
        var stuck = Fine with { StoppedSince = Now, IsIdle = false };
        var away = Fine with { UnreachableSince = Now, IsIdle = false };

        Assert.Null(RestartPolicy.Due(stuck, RestartHistory.None, Patience, Now.AddSeconds(119)));
        Assert.Null(RestartPolicy.Due(away, RestartHistory.None, Patience, Now.AddSeconds(119)));
        Assert.Contains("executes nothing", RestartPolicy.Due(stuck, RestartHistory.None, Patience, Now.AddSeconds(120)), StringComparison.Ordinal);
        Assert.Contains("does not answer", RestartPolicy.Due(away, RestartHistory.None, Patience, Now.AddSeconds(120)), StringComparison.Ordinal);
    }

    [Fact]
    public void OneThatIsToBeEmptied_IsNotRestartedUnderAnybody()
    {
        Assert.Null(RestartPolicy.Due(Fine with { Recycle = "it is old", IsIdle = false }, RestartHistory.None, Patience, Now));
        Assert.Equal("it is old", RestartPolicy.Due(Fine with { Recycle = "it is old" }, RestartHistory.None, Patience, Now));
    }

    [Fact]
    public void RestartsThatDoNotHelp_ComeLessAndLessOften()
    {
        var stuck = Fine with { StoppedSince = Now.AddDays(-1) };
        var once = RestartHistory.None.After(Now);
        var twice = once.After(Now);

        Assert.Null(RestartPolicy.Due(stuck, once, Patience, Now.AddSeconds(59)));
        Assert.NotNull(RestartPolicy.Due(stuck, once, Patience, Now.AddSeconds(60)));
        Assert.Null(RestartPolicy.Due(stuck, twice, Patience, Now.AddSeconds(119)));
        Assert.Equal(TimeSpan.FromMinutes(30), RestartPolicy.Pause(1_000));
        Assert.Equal(TimeSpan.FromMinutes(1), RestartPolicy.Pause(twice.Worked().After(Now).InARow));
    }
}
