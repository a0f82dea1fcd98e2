using Continuity.Engine.Faults;

namespace Continuity.Engine.Tests.Faults;

public sealed class RecyclePolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly FreeMemory Plenty = new(0.9, 0.9);

    [Fact]
    public void SwitchedOff_NothingIsDue() => Assert.Null(new RecyclePolicy(0, 0, 0).Due(1_000_000, new FreeMemory(0, 0), null, Now));

    [Fact]
    public void AfterSoManyPrompts_ItIsDue()
    {
        Assert.Null(new RecyclePolicy(100, 0, 0).Due(99, Plenty, null, Now));
        Assert.Contains("100 prompts", new RecyclePolicy(100, 0, 0).Due(100, null, Now, Now), StringComparison.Ordinal);
    }

    [Fact]
    public void LittleFreeMemoryWhileNothingRuns_MakesItDue()
    {
        Assert.Contains("GPU memory", new RecyclePolicy(0, 0.2, 0).Due(0, new FreeMemory(0.1, 0.9), null, Now), StringComparison.Ordinal);
        Assert.Contains("main memory", new RecyclePolicy(0, 0, 0.2).Due(0, new FreeMemory(0.9, 0.1), null, Now), StringComparison.Ordinal);
        Assert.Null(new RecyclePolicy(0, 0.2, 0.2).Due(0, Plenty, null, Now));
        Assert.Null(new RecyclePolicy(0, 0.2, 0.2).Due(0, new FreeMemory(null, null), null, Now));
    }

    [Fact]
    public void WhereItDoesNotHelp_ItIsNotDoneAgainAtOnce()
    {
        var policy = new RecyclePolicy(0, 0.2, 0);

        Assert.Null(policy.Due(0, new FreeMemory(0.1, 0.9), Now, Now + RecyclePolicy.ShortestPause - TimeSpan.FromSeconds(1)));
        Assert.NotNull(policy.Due(0, new FreeMemory(0.1, 0.9), Now, Now + RecyclePolicy.ShortestPause));
    }
}
