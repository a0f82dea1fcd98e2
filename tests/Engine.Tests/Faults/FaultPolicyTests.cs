using Continuity.Engine.Faults;
using Continuity.Gpu;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Faults;

public sealed class FaultPolicyTests
{
    private static readonly GpuId Gpu = new("127.0.0.1:8188");

    [Theory]
    [InlineData(FaultClass.Validation)]
    [InlineData(FaultClass.Poisoned)]
    public void AFaultThatTryingAgainCannotMend_FailsAtOnce(FaultClass fault) =>
        Assert.IsType<FaultDecision.GiveUp>(FaultPolicy.Decide(new TaskFault(fault, "x", GpuId: Gpu), Row(), maxRetries: 5));

    [Theory]
    [InlineData(FaultClass.Missing)]
    [InlineData(FaultClass.OutOfMemory)]
    public void AGpuThatCannotRunIt_IsAvoidedWithoutUsingUpARetry(FaultClass fault)
    {
        var again = Assert.IsType<FaultDecision.TryAgain>(FaultPolicy.Decide(new TaskFault(fault, "x", GpuId: Gpu), Row(), maxRetries: 0));

        Assert.False(again.Charged);
        Assert.Equal((Gpu, fault), (again.Avoid!.GpuId, again.Avoid.Class));
    }

    [Theory]
    [InlineData(FaultClass.Missing)]
    [InlineData(FaultClass.OutOfMemory)]
    public void WhenNoGpuOfTheFleetCanRunIt_ItFails(FaultClass fault) =>
        Assert.IsType<FaultDecision.GiveUp>(FaultPolicy.Decide(new TaskFault(fault, "no GPU can"), Row(), maxRetries: 5));

    [Theory]
    [InlineData(FaultClass.Node)]
    [InlineData(FaultClass.NoOutput)]
    [InlineData(FaultClass.Media)]
    [InlineData(FaultClass.Interrupted)]
    [InlineData(FaultClass.Internal)]
    public void AFaultThatMayPass_IsRetriedAsOftenAsAllowed(FaultClass fault)
    {
        Assert.True(Assert.IsType<FaultDecision.TryAgain>(FaultPolicy.Decide(new TaskFault(fault, "x"), Row() with { Retries = 1 }, maxRetries: 2)).Charged);
        Assert.IsType<FaultDecision.GiveUp>(FaultPolicy.Decide(new TaskFault(fault, "x"), Row() with { Retries = 2 }, maxRetries: 2));
    }

    [Fact]
    public void APromptLostWhileStaged_IsSentAgainAtOnceThenLessAndLessOften()
    {
        var first = Assert.IsType<FaultDecision.TryAgain>(FaultPolicy.Decide(new TaskFault(FaultClass.Lost, "x", GpuId: Gpu), Row() with { Losses = 2, Attempts = 2 }, maxRetries: 0));
        var tenth = Assert.IsType<FaultDecision.TryAgain>(FaultPolicy.Decide(new TaskFault(FaultClass.Lost, "x", GpuId: Gpu), Row() with { Losses = 2, Attempts = 10 }, maxRetries: 0));

        Assert.Equal((TimeSpan.Zero, false, false), (first.After, first.Charged, first.CountsAsLoss));
        Assert.Equal((false, false), (tenth.Charged, tenth.CountsAsLoss));
        Assert.InRange(tenth.After.TotalSeconds, 60, 75);
    }

    [Theory]
    [InlineData(FaultClass.Lost)]
    [InlineData(FaultClass.Gpu)]
    [InlineData(FaultClass.Stalled)]
    [InlineData(FaultClass.Server)]
    public void ATaskThatTakesDownGpus_IsGivenUpAsPoisoned(FaultClass fault)
    {
        var lost = new TaskFault(fault, "gone", GpuId: Gpu, WhileExecuting: true);

        Assert.True(Assert.IsType<FaultDecision.TryAgain>(FaultPolicy.Decide(lost, Row() with { Losses = 1 }, maxRetries: 0)).CountsAsLoss);
        Assert.Equal(FaultClass.Poisoned, Assert.IsType<FaultDecision.GiveUp>(FaultPolicy.Decide(lost, Row() with { Losses = 2 }, maxRetries: 9)).Fault.Class);
    }

    [Fact]
    public void Property_EveryTaskComesToAnEnd() => Gen.Select(Gen.Enum<FaultClass>(), Gen.Bool, Gen.Int[0, 20]).Sample((fault, executing, retries) =>
    {
        var row = Row();
        var attempts = 0;
        while (FaultPolicy.Decide(new TaskFault(fault, "x", GpuId: Gpu, WhileExecuting: executing), row, retries) is FaultDecision.TryAgain again)
        {
            Assert.True(++attempts <= FaultPolicy.MaxAttempts, $"{fault} goes on for ever");
            row = row with { Attempts = row.Attempts + 1, Retries = row.Retries + (again.Charged ? 1 : 0), Losses = row.Losses + (again.CountsAsLoss ? 1 : 0) };
        }
    });

    [Fact]
    public void Property_TheDelayGrowsAndStaysBounded() => Gen.Select(Gen.String, Gen.Int[0, 50], Gen.Int[1, 99]).Sample((id, retries, attempt) =>
    {
        var row = new TaskRow { TaskId = id, Retries = retries, Attempts = attempt };
        Assert.InRange(FaultPolicy.Delay(row).TotalSeconds, Math.Min(Math.Pow(2, retries), 60), 75);
    });

    private static TaskRow Row() => new() { TaskId = "t", Attempts = 1 };
}
