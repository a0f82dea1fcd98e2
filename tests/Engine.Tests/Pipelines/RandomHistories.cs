using System.Collections.Immutable;

using Continuity.Engine.Pipelines;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using CsCheck;

namespace Continuity.Engine.Tests.Pipelines;

/// <summary>Random pipelines, and random reports and commands that a farm could send them, in any order.</summary>
internal static class RandomHistories
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A DAG in which every task may depend on any earlier one, listed in a random order.</summary>
    public static readonly Gen<PipelineDefinition> Definitions =
        from size in Gen.Int[1, 12]
        from links in Gen.Int[0, 99].Array[size * size]
        from order in Gen.Int.Array[size]
        from retries in Gen.Int[0, 2].Array[size]
        select new PipelineDefinition
        {
            Id = new PipelineId("p"),
            Name = "random",
            Tasks = [.. Enumerable.Range(0, size)
                .Select(i => new TaskDefinition
                {
                    Id = $"t{i}",
                    Kind = TaskKind.Generic,
                    Label = $"Task {i}",
                    MaxRetries = retries[i],
                    Dependencies = [.. Enumerable.Range(0, i).Where(j => links[(i * size) + j] < 30).Select(j => $"t{j}")],
                })
                .Zip(order)
                .OrderBy(pair => pair.Second)
                .Select(pair => pair.First)],
        };

    /// <summary>Which step comes next, as numbers that are read against the state of the moment.</summary>
    public static readonly Gen<(int Action, int Task)[]> Steps = Gen.Select(Gen.Int[0, 99], Gen.Int[0, 11]).Array[0, 120];

    /// <summary>Some of the tasks need no GPU.</summary>
    public static bool NeedsOnlyItsTurn(TaskDefinition task) => task.Id.Length == 2 && (task.Id[1] - '0') % 3 == 0;

    /// <summary>The transition that a step leads to, with what begins with it; null when the rules refuse it.</summary>
    public static Transition? Decide(PipelineState state, (int Action, int Task) step, DateTimeOffset now, GpuTime? gpu = null) =>
        DecideAlone(state, step, now, gpu) is { } transition ? AttemptRules.BeginReady(state, transition, NeedsOnlyItsTurn) : null;

    /// <summary>The transition alone.</summary>
    public static Transition? DecideAlone(PipelineState state, (int Action, int Task) step, DateTimeOffset now, GpuTime? gpu = null)
    {
        var index = step.Task % state.Rows.Count;
        var row = state.Rows[index];
        return step.Action switch
        {
            < 40 => AttemptRules.Begin(state, row.TaskId, Attempt(row.Attempts + 1, now), now),
            < 60 => AttemptRules.Complete(state, row.TaskId, row.Attempts, new TaskResult(), now, gpu),
            < 68 => AttemptRules.Fail(state, row.TaskId, row.Attempts, new TaskFault(FaultClass.Node, "node failed", GpuId: new GpuId("g")), now, gpu),
            < 71 => AttemptRules.Fail(state, row.TaskId, row.Attempts, new TaskFault(FaultClass.Lost, "lost", WhileExecuting: step.Action == 70), now, gpu),
            < 73 => AttemptRules.Fail(state, row.TaskId, row.Attempts + 1, new TaskFault(FaultClass.Validation, "wrong"), now, gpu),
            < 76 => AttemptRules.Cancelled(state, row.TaskId, row.Attempts, now, gpu),
            < 78 => Change(CommandRules.Pause(state, now)),
            < 80 => Change(CommandRules.SetPriority(state, (PipelinePriority)(step.Task % 3), now)),
            < 88 => Change(CommandRules.Resume(state, now)),
            < 90 => Change(CommandRules.Cancel(state, now)),
            < 95 => Change(CommandRules.Retry(state, null, null, now)),
            _ => Change(CommandRules.Retry(state, row.TaskId, step.Action == 99 ? 5 : null, now)),
        };
    }

    private static AttemptRecord Attempt(int number, DateTimeOffset now) => new(number, now, new GpuId("g"), new Uri("http://g/"), number, $"prompt-{number}");

    private static Transition? Change(CommandDecision decision) => (decision as CommandDecision.Change)?.Transition;
}
