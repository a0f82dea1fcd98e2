using Continuity.Cli.Output;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

using static Continuity.Client.Tests.Cli.Fixtures;

namespace Continuity.Client.Tests.Cli;

public sealed class PipelineStateTests
{
    [Fact]
    public void Apply_ChangedState_IsReportedOnce()
    {
        var state = PipelineState.From(Snapshot(1, PipelineStatus.Active, Task("a"), Task("b")));
        var running = Task("a", TaskState.Running, attempts: 1, version: 2);

        var after = state.Apply(Update(2, PipelineStatus.Active, [running]), out var first);
        after = after.Apply(Update(2, PipelineStatus.Active, [running]), out var second);

        Assert.Equal("a", Assert.Single(first).Definition.Id);
        Assert.Empty(second);
        Assert.Equal(["a", "b"], after.InOrder.Select(task => task.Definition.Id));
    }

    [Fact]
    public void Apply_NewAttemptInTheSameState_IsReported()
    {
        var state = PipelineState.From(Snapshot(1, PipelineStatus.Active, Task("a", TaskState.Running, attempts: 1)));

        state.Apply(Update(3, PipelineStatus.Active, [Task("a", TaskState.Running, attempts: 2, version: 3)]), out var changed);

        Assert.Equal(2, Assert.Single(changed).Row.Attempts);
    }

    [Fact]
    public void Apply_OlderRow_IsIgnored()
    {
        var state = PipelineState.From(Snapshot(5, PipelineStatus.Active, Task("a", TaskState.Completed, attempts: 1, version: 5)));

        var after = state.Apply(Update(4, PipelineStatus.Active, [Task("a", TaskState.Running, attempts: 1, version: 4)]), out var changed);

        Assert.Empty(changed);
        Assert.Equal(TaskState.Completed, after.Tasks["a"].Row.State);
        Assert.Equal(5, after.Summary.Version);
    }

    [Fact]
    public void Apply_ProgressOfAnOlderAttempt_IsIgnored()
    {
        var state = PipelineState.From(Snapshot(1, PipelineStatus.Active, Task("a", TaskState.Running, attempts: 2)));

        var old = state.Apply(Update(1, PipelineStatus.Active, [], new TaskProgress("a", 1, TaskPhase.Executing, 90)), out _);
        var current = state.Apply(Update(1, PipelineStatus.Active, [], new TaskProgress("a", 2, TaskPhase.Executing, 10)), out _);

        Assert.Null(old.Tasks["a"].Live);
        Assert.Equal(10, current.Tasks["a"].Live?.Percent);
    }

    [Fact]
    public void Property_Rows_NeverGoBack_WhateverTheOrderOfUpdates() =>
        Gen.Select(Gen.Int[0, 3], Gen.Long[1, 50]).Array[1, 40].Sample(news =>
        {
            var state = PipelineState.From(Snapshot(0, PipelineStatus.Active, [.. Enumerable.Range(0, 4).Select(index => Task($"t{index}", version: 0))]));
            var highest = new long[4];
            foreach (var (task, version) in news)
            {
                state = state.Apply(Update(version, PipelineStatus.Active, [Task($"t{task}", TaskState.Running, attempts: 1, version: version)]), out _);
                highest[task] = Math.Max(highest[task], version);
            }

            Assert.Equal(highest, Enumerable.Range(0, 4).Select(index => state.Tasks[$"t{index}"].Row.Version));
            Assert.Equal(news.Max(item => item.Item2), state.Summary.Version);
            Assert.InRange(state.Fraction, 0, 1);
        });

    [Fact]
    public void Fraction_CountsRunningTasksByTheirPercent()
    {
        var half = Task("b", TaskState.Running, attempts: 1) with { Live = new TaskProgress("b", 1, TaskPhase.Executing, 50) };
        var state = PipelineState.From(Snapshot(1, PipelineStatus.Active, Task("a", TaskState.Completed, attempts: 1), half));

        Assert.Equal(0.75, state.Fraction);
    }
}
