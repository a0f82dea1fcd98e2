using Continuity.Engine.Faults;

namespace Continuity.Engine.Tests.Faults;

public sealed class WorkerHealthTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly QueuedWork[] Waiting = [new("p", Runs: false, null)];
    private static readonly QueuedWork[] Running = [new("p", Runs: true, null)];

    [Fact]
    public void PromptsThatWaitThoughNoneRuns_MeanADeadWorkerAfterAWhile()
    {
        var health = WorkerHealth.Good.After(Waiting, Now).After(Waiting, Now.AddSeconds(30));

        Assert.Null(health.Problem(Now.AddSeconds(59), Limit));
        Assert.Contains("executes none", health.Problem(Now.AddSeconds(60), Limit), StringComparison.Ordinal);
    }

    [Fact]
    public void AnythingThatRunsOrAnEmptyQueue_ClearsIt()
    {
        var health = WorkerHealth.Good.After(Waiting, Now);

        Assert.Equal(WorkerHealth.Good, health.After(Running, Now.AddSeconds(90)));
        Assert.Equal(WorkerHealth.Good, health.After([], Now.AddSeconds(90)));
    }

    [Fact]
    public void APromptThatCannotBeStopped_MakesItStuckUntilThatPromptIsGone()
    {
        var health = WorkerHealth.Good.CannotStop("p", Now).After(Running, Now.AddMinutes(5)).CannotStop("p", Now.AddMinutes(6));

        Assert.Equal(Now, health.StoppedSince(Now.AddMinutes(6), Limit));
        Assert.Contains("p", health.Problem(Now.AddMinutes(6), Limit), StringComparison.Ordinal);
        Assert.Equal(WorkerHealth.Good, health.After([new("other", Runs: true, null)], Now.AddMinutes(7)));
    }
}
