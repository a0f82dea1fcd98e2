using Continuity.Engine.Accounts;
using Continuity.Engine.Pipelines;
using Continuity.Engine.Tests.Pipelines;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Accounts;

public sealed class GpuAccountTests
{
    [Fact]
    public void Property_EverySecondThatWasReportedIsUsedOrLostAndNoneTwice() => Gen.Select(RandomHistories.Definitions, RandomHistories.Steps).Sample((definition, steps) =>
    {
        var state = PipelineState.Create(definition, RandomHistories.Start);
        var now = RandomHistories.Start;
        var reported = 0.0;
        foreach (var (step, number) in steps.Select((step, number) => (step, number)))
        {
            now += TimeSpan.FromSeconds(1);
            var gpu = new GpuTime { Working = number + 1, Swapping = 0.5, Waiting = 0.25, Transferring = 0.125 };
            if (RandomHistories.Decide(state, step, now, gpu) is { } transition)
            {
                state.Apply(transition);
                reported += step.Action is >= 40 and < 76 ? gpu.Working : 0;
            }

            var account = Of(state);
            Assert.Equal(reported, account.Used.Working + account.Lost.Working);
            Assert.Equal(account.Used.Total + account.Lost.Total, account.Stages.Sum(stage => stage.Used.Total + stage.Lost.Total));
            Assert.Equal(state.Counts.Completed, account.Used.Swapping / 0.5);
        }
    });

    [Fact]
    public void AnAttemptThatTakesAPromptUpAgainCountsItsExecutionOnce()
    {
        var state = PipelineState.Create(
            new PipelineDefinition { Id = new PipelineId("p"), Name = "", Tasks = [new TaskDefinition { Id = "t", Kind = TaskKind.GenerateVideo, Label = "T" }] }, RandomHistories.Start);
        var first = new AttemptRecord(1, RandomHistories.Start, new GpuId("g"), new Uri("http://g/"), 1, "prompt");
        var lost = new GpuTime { Working = 40, Swapping = 5, Waiting = 1, Transferring = 2 };
        state.Apply(AttemptRules.Begin(state, "t", first, RandomHistories.Start)!);
        state.Apply(AttemptRules.Fail(state, "t", 1, new TaskFault(FaultClass.Lost, "away"), RandomHistories.Start, lost)!);
        Assert.Equal(lost, Of(state).Lost);

        state.Apply(AttemptRules.Begin(state, "t", first with { Number = 2, LeaseEpoch = 2 }, RandomHistories.Start)!);
        state.Apply(AttemptRules.Complete(state, "t", 2, new TaskResult(), RandomHistories.Start, new GpuTime { Working = 60, Swapping = 5 })!);

        Assert.Equal(new GpuTime { Working = 60, Swapping = 5 }, Of(state).Used);
        Assert.Equal(new GpuTime { Waiting = 1, Transferring = 2 }, Of(state).Lost);
    }

    [Fact]
    public void WhatIsMadeAgainIsLost()
    {
        var state = PipelineState.Create(
            new PipelineDefinition { Id = new PipelineId("p"), Name = "", Tasks = [new TaskDefinition { Id = "t", Kind = TaskKind.GenerateVideo, Label = "T" }] }, RandomHistories.Start);
        state.Apply(AttemptRules.Begin(state, "t", new AttemptRecord(1, RandomHistories.Start, PromptId: "1"), RandomHistories.Start)!);
        state.Apply(AttemptRules.Complete(state, "t", 1, new TaskResult(), RandomHistories.Start, new GpuTime { Working = 7 })!);

        state.Apply(((CommandDecision.Change)CommandRules.Retry(state, "t", null, RandomHistories.Start)).Transition);

        Assert.Equal((0, 7), (Of(state).Used.Working, Of(state).Lost.Working));
        state.Apply(AttemptRules.Begin(state, "t", new AttemptRecord(2, RandomHistories.Start, PromptId: "2"), RandomHistories.Start)!);
        Assert.Equal((0, 7), (Of(state).Used.Working, Of(state).Lost.Working));
        state.Apply(AttemptRules.Complete(state, "t", 2, new TaskResult(), RandomHistories.Start, new GpuTime { Working = 8 })!);
        Assert.Equal((8, 7), (Of(state).Used.Working, Of(state).Lost.Working));
    }

    private static GpuAccount Of(PipelineState state) => GpuAccount.Of(state.Rows.Select((row, i) => (state.Definition.Tasks[i].Kind, row)));
}
