using System.Collections.Immutable;

using Continuity.Engine.Faults;
using Continuity.Engine.Pipelines;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Faults;

/// <summary>A task that meets one fault after the other, of any sorts and on any GPUs.</summary>
public sealed class FaultSequenceTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<(TaskFault[] Faults, int Retries)> Sequences = Gen.Select(
        Gen.Select(Gen.Enum<FaultClass>(), Gen.Bool, Gen.Int[0, 2]).Array[FaultPolicy.MaxAttempts],
        Gen.Int[0, 4],
        (faults, retries) => (
            faults.Select(fault => new TaskFault(fault.Item1, $"fault {fault.Item1}", GpuId: new GpuId($"gpu-{fault.Item3}"), WhileExecuting: fault.Item2)).ToArray(),
            retries));

    [Fact]
    public void Property_AnySequenceOfFaultsComesToAnEndWithinItsBounds() => Sequences.Sample(sequence =>
    {
        var rows = Play(sequence.Faults, sequence.Retries);

        Assert.Equal(TaskState.Failed, rows[^1].State);
        Assert.InRange(rows.Count, 1, FaultPolicy.MaxAttempts);
        Assert.InRange(rows[^1].Retries, 0, sequence.Retries);
        Assert.InRange(rows[^1].Losses, 0, FaultPolicy.MaxLosses);
    });

    [Fact]
    public void Property_AGpuThatCannotRunATaskStaysExcludedWhateverComesAfter() => Sequences.Sample(sequence =>
    {
        var rows = Play(sequence.Faults, sequence.Retries);
        for (var i = 0; i < rows.Count - 1; i++)
        {
            if (sequence.Faults[i] is { Class: FaultClass.OutOfMemory or FaultClass.Missing, GpuId: { } gpu } fault)
            {
                Assert.All(rows.Skip(i), row => Assert.Contains(row.ExcludedGpus, exclusion => exclusion.GpuId == gpu && exclusion.Class == fault.Class));
            }
        }
    });

    [Fact]
    public void Property_EveryFaultIsTold() => Sequences.Sample(sequence =>
    {
        var lines = ImmutableArray.CreateBuilder<TaskEvent>();
        var rows = Play(sequence.Faults, sequence.Retries, lines);

        var told = lines.Where(line => line.Name is "retrying" or "lost" or "failed").ToList();
        Assert.Equal(rows.Count, told.Count);
        Assert.All(told.Zip(sequence.Faults), pair =>
        {
            Assert.Contains(pair.Second.Message, pair.First.Text, StringComparison.Ordinal);
            Assert.Contains($"on {pair.Second.GpuId}", pair.First.Text, StringComparison.Ordinal);
            Assert.True(pair.First.Name == "failed" || pair.First.Text.Contains("tried again", StringComparison.Ordinal), pair.First.Text);
        });
    });

    [Fact]
    public void ATaskThatIsRetriedAtTheBoundHasAllItsTriesAgain()
    {
        var lost = new TaskFault(FaultClass.Lost, "not known there");
        var state = State(maxRetries: 0);
        Fail(state, lost, FaultPolicy.MaxAttempts);
        Assert.Equal((TaskState.Failed, FaultPolicy.MaxAttempts), (state.Rows[0].State, state.Rows[0].Attempts));

        state.Apply(Assert.IsType<CommandDecision.Change>(CommandRules.Retry(state, "t", newSeed: null, Now)).Transition);
        Fail(state, lost, 1);

        // At once, as after any first loss. The number of an attempt is never used again.
        Assert.Equal((TaskState.Pending, FaultPolicy.MaxAttempts + 1, null), (state.Rows[0].State, state.Rows[0].Attempts, state.Rows[0].NotBefore));
        Fail(state, lost, FaultPolicy.MaxAttempts - 1);
        Assert.Equal(TaskState.Failed, state.Rows[0].State);
        Assert.Contains($"after {FaultPolicy.MaxAttempts} attempts", state.Rows[0].Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APromptIsWantedByTheAttemptThatSentItAndByTheNextOneAfterAnOutage()
    {
        var running = new TaskRow { TaskId = "t", State = TaskState.Running, Attempts = 2, Attempt = Attempt(2) };
        Assert.Equal(new PromptClaim(IsWanted: true), AttemptRules.ClaimOf(running, "prompt-2"));
        Assert.Equal(new PromptClaim(IsWanted: false), AttemptRules.ClaimOf(running, "prompt-1"));

        var lost = running with { State = TaskState.Pending, Fault = new TaskFault(FaultClass.Lost, "gone") };
        Assert.Equal(new PromptClaim(IsWanted: true, NextAttempt: 3), AttemptRules.ClaimOf(lost, "prompt-2"));

        foreach (var row in new[] { lost with { Fault = new TaskFault(FaultClass.Stalled, "x") }, lost with { Fault = null }, lost with { State = TaskState.Cancelled }, running with { State = TaskState.Completed } })
        {
            Assert.Equal(new PromptClaim(IsWanted: false), AttemptRules.ClaimOf(row, "prompt-2"));
        }
    }

    private static PipelineState State(int maxRetries)
    {
        var task = new TaskDefinition { Id = "t", Kind = TaskKind.Generic, Label = "T", MaxRetries = maxRetries };
        return PipelineState.Create(new PipelineDefinition { Id = new PipelineId("p"), Name = "", Tasks = [task] }, Now);
    }

    private static void Fail(PipelineState state, TaskFault fault, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(TaskState.Pending, state.Rows[0].State);
            state.Apply(AttemptRules.Begin(state, "t", Attempt(state.Rows[0].Attempts + 1), Now)!);
            state.Apply(AttemptRules.Fail(state, "t", state.Rows[0].Attempts, fault, Now)!);
        }
    }

    // The row after each fault.
    private static List<TaskRow> Play(TaskFault[] faults, int retries, ImmutableArray<TaskEvent>.Builder? lines = null)
    {
        var state = State(retries);
        var rows = new List<TaskRow>();
        while (state.Rows[0].State == TaskState.Pending)
        {
            Assert.True(rows.Count < faults.Length, "It goes on for ever.");
            Apply(AttemptRules.Begin(state, "t", Attempt(state.Rows[0].Attempts + 1), Now)!);
            Apply(AttemptRules.Fail(state, "t", state.Rows[0].Attempts, faults[rows.Count], Now)!);
            rows.Add(state.Rows[0]);
        }

        return rows;

        void Apply(Transition transition)
        {
            state.Apply(transition);
            lines?.AddRange(transition.Events);
        }
    }

    private static AttemptRecord Attempt(int number) => new(number, Now, new GpuId("g"), new Uri("http://g/"), number, $"prompt-{number}");
}
