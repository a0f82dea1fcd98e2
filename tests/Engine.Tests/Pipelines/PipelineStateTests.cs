using Continuity.Engine.Pipelines;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Pipelines;

public sealed class PipelineStateTests
{
    private static readonly Gen<(PipelineDefinition Definition, (int Action, int Task)[] Steps)> Histories =
        Gen.Select(RandomHistories.Definitions, RandomHistories.Steps);

    [Fact]
    public void Property_WhatIsKeptInStepEqualsWhatIsComputedAnew() => Histories.Sample(history =>
    {
        var state = PipelineState.Create(history.Definition, RandomHistories.Start);
        Play(state, history.Steps, (_, _) =>
        {
            var anew = new PipelineState(history.Definition, state.Summary, state.Rows);
            Assert.Equal(anew.Ready, state.Ready);
            Assert.Equal(anew.Counts, state.Counts);
            Assert.Equal(state.Counts, state.Summary.Counts);
        });
    });

    [Fact]
    public void Property_NothingRunsBeforeWhatItDependsOnIsCompleted() => Histories.Sample(history =>
    {
        var state = PipelineState.Create(history.Definition, RandomHistories.Start);
        Play(state, history.Steps, (_, _) =>
        {
            for (var i = 0; i < state.Rows.Count; i++)
            {
                if (state.Rows[i].State == TaskState.Running)
                {
                    Assert.All(state.DependenciesOf(i), d => Assert.Equal(TaskState.Completed, state.Rows[d].State));
                }
            }
        });
    });

    [Fact]
    public void Property_APipelineIsNeverStuck() => Histories.Sample(history =>
    {
        // Active, nothing runs and nothing is ready: that would wait for ever without saying what for.
        var state = PipelineState.Create(history.Definition, RandomHistories.Start);
        Play(state, history.Steps, (_, _) => Assert.True(
            state.Summary.Status != PipelineStatus.Active || state.Counts.Running > 0 || state.Ready.Count > 0,
            $"stuck: {string.Join(", ", state.Rows.Select(row => $"{row.TaskId}={row.State}"))}"));
    });

    [Fact]
    public void Property_AtAnEndNothingIsLeftToDo() => Histories.Sample(history =>
    {
        var state = PipelineState.Create(history.Definition, RandomHistories.Start);
        Play(state, history.Steps, (_, _) =>
        {
            if (state.Summary.Status.IsFinal())
            {
                Assert.Equal((0, 0), (state.Counts.Running, state.Counts.Pending));
            }

            if (state.Summary.Status == PipelineStatus.Completed)
            {
                Assert.Equal(state.Rows.Count, state.Counts.Completed);
            }
        });
    });

    [Fact]
    public void Property_ACompletedTaskRunsAgainOnlyByARetryOfItOrOfWhatItWasMadeFrom() => Histories.Sample(history =>
    {
        var state = PipelineState.Create(history.Definition, RandomHistories.Start);
        var completed = new bool[state.Rows.Count];
        Play(state, history.Steps, (step, _) =>
        {
            for (var i = 0; i < completed.Length; i++)
            {
                var now = state.Rows[i].State == TaskState.Completed;
                Assert.True(!completed[i] || now || step.Action >= 95, $"{state.Rows[i].TaskId} lost its result by action {step.Action}");
                completed[i] = now;
            }
        });
    });

    [Fact]
    public void Property_TheRowsThatChangedCarryTheNewVersionAndNoOthersChanged() => Histories.Sample(history =>
    {
        var state = PipelineState.Create(history.Definition, RandomHistories.Start);
        var before = state.Rows.ToArray();
        Play(state, history.Steps, (_, transition) =>
        {
            var changed = transition.Rows.Select(pair => pair.Key).ToHashSet();
            for (var i = 0; i < before.Length; i++)
            {
                if (changed.Contains(i))
                {
                    Assert.Equal(transition.Summary.Version, state.Rows[i].Version);
                }
                else
                {
                    Assert.Same(before[i], state.Rows[i]);
                }
            }

            before = [.. state.Rows];
        });
    });

    [Fact]
    public void Property_WhatNeedsOnlyItsTurnBeginsWithWhatMakesItReady() => Histories.Sample(history =>
    {
        var state = PipelineState.Create(history.Definition, RandomHistories.Start, RandomHistories.NeedsOnlyItsTurn);
        var now = RandomHistories.Start;
        foreach (var step in history.Steps)
        {
            now += TimeSpan.FromSeconds(1);
            if (RandomHistories.DecideAlone(state, step, now) is not { } alone)
            {
                continue;
            }

            var twin = new PipelineState(history.Definition, state.Summary, state.Rows);
            var expected = twin.Apply(alone)
                .Where(i => twin.Summary.Status == PipelineStatus.Active && twin.Rows[i].NotBefore is null && RandomHistories.NeedsOnlyItsTurn(history.Definition.Tasks[i]))
                .ToList();
            var whole = AttemptRules.BeginReady(state, alone, RandomHistories.NeedsOnlyItsTurn);
            state.Apply(whole);

            for (var i = 0; i < state.Rows.Count; i++)
            {
                var before = twin.Rows[i];
                Assert.Equal(
                    expected.Contains(i)
                        ? before with { State = TaskState.Running, Attempts = before.Attempts + 1, Attempt = new AttemptRecord(before.Attempts + 1, now), StartedAt = before.StartedAt ?? now, Version = whole.Summary.Version }
                        : before,
                    state.Rows[i]);
            }

            Assert.Equal(
                [.. alone.Events.Select(line => (line.TaskId, line.Name)), .. expected.Select(i => ((string?)history.Definition.Tasks[i].Id, "started"))],
                whole.Events.Select(line => (line.TaskId, line.Name)));
            Assert.Equal(state.Counts, state.Summary.Counts);
        }
    });

    [Fact]
    public void Create_TaskThatNeedsOnlyItsTurn_BeginsUnlessItWaitsForAnother()
    {
        var definition = new PipelineDefinition
        {
            Id = new PipelineId("p"),
            Name = "",
            Tasks =
            [
                new TaskDefinition { Id = "t0", Kind = TaskKind.Generic, Label = "" },
                new TaskDefinition { Id = "t1", Kind = TaskKind.Generic, Label = "" },
                new TaskDefinition { Id = "t3", Kind = TaskKind.Generic, Label = "", Dependencies = ["t0"] },
            ],
        };

        var state = PipelineState.Create(definition, RandomHistories.Start, RandomHistories.NeedsOnlyItsTurn);

        Assert.Equal([TaskState.Running, TaskState.Pending, TaskState.Pending], state.Rows.Select(row => row.State));
        Assert.Equal(new AttemptRecord(1, RandomHistories.Start), state.Rows[0].Attempt);
        Assert.Equal(state.Counts, state.Summary.Counts);
        Assert.Equal([(null, "submitted"), ("t0", "started")], state.FirstEvents.Select(line => (line.TaskId, line.Name)));
    }

    [Fact]
    public void Apply_TransitionThatDoesNotFollow_Throws()
    {
        var state = PipelineState.Create(new PipelineDefinition { Id = new PipelineId("p"), Name = "", Tasks = [new TaskDefinition { Id = "t", Kind = TaskKind.Generic, Label = "T" }] }, RandomHistories.Start);
        var pause = ((CommandDecision.Change)CommandRules.Pause(state, RandomHistories.Start)).Transition;
        state.Apply(pause);

        Assert.Throws<InvalidOperationException>(() => state.Apply(pause));
    }

    private static void Play(PipelineState state, (int Action, int Task)[] steps, Action<(int Action, int Task), Transition> check)
    {
        var now = RandomHistories.Start;
        foreach (var step in steps)
        {
            now += TimeSpan.FromSeconds(1);
            if (RandomHistories.Decide(state, step, now) is { } transition)
            {
                state.Apply(transition);
                check(step, transition);
            }
        }
    }
}
