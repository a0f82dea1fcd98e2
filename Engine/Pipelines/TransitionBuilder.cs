using System.Collections.Immutable;

using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Engine.Pipelines;

/// <summary>Collects the changes of one transition over a state that stays as it is.</summary>
internal sealed class TransitionBuilder(PipelineState state, DateTimeOffset now)
{
    private readonly SortedDictionary<int, TaskRow> _changed = [];
    private readonly ImmutableArray<TaskEvent>.Builder _events = ImmutableArray.CreateBuilder<TaskEvent>();
    private PipelineStatus _status = state.Summary.Status;
    private PipelinePriority? _priority = state.Summary.Priority;

    /// <summary>Goes on with a change that is not stored yet.</summary>
    public TransitionBuilder(PipelineState state, Transition begun)
        : this(state, begun.Summary.UpdatedAt)
    {
        foreach (var (index, row) in begun.Rows)
        {
            _changed.Add(index, row);
        }

        _events.AddRange(begun.Events);
        (_status, _priority) = (begun.Summary.Status, begun.Summary.Priority);
    }

    public DateTimeOffset Now => now;

    public TaskRow Row(int index) => _changed.GetValueOrDefault(index) ?? state.Rows[index];

    public void Change(int index, TaskRow row) => _changed[index] = row with { Version = state.Summary.Version + 1 };

    public void Status(PipelineStatus status) => _status = status;

    public void Priority(PipelinePriority priority) => _priority = priority;

    public void Tell(string? taskId, string name, string text) =>
        _events.Add(new TaskEvent(state.Summary.Version + 1, now, taskId, name, text));

    /// <summary>Every pending task that depends on a failed one, to any depth, is skipped, and says because of which.</summary>
    public void SkipDependants(int failed)
    {
        var cause = state.Definition.Tasks[failed];
        var open = new Stack<int>(state.DependantsOf(failed));
        while (open.TryPop(out var index))
        {
            var row = Row(index);
            if (row.State != TaskState.Pending)
            {
                continue;
            }

            var reason = $"Not started because '{cause.Label}' failed.";
            Change(index, row with { State = TaskState.Skipped, NotBefore = null, Fault = new TaskFault(Row(failed).Fault?.Class ?? FaultClass.Internal, reason) });
            Tell(row.TaskId, "skipped", reason);
            foreach (var dependant in state.DependantsOf(index))
            {
                open.Push(dependant);
            }
        }
    }

    /// <summary>Puts a task back to the start of a fresh round.</summary>
    public void Reset(int index, long? seedOverride = null)
    {
        var row = Row(index);
        Change(index, new TaskRow
        {
            TaskId = row.TaskId,
            Attempts = row.Attempts,
            Attempt = row.Attempt,
            SeedOverride = seedOverride ?? row.SeedOverride,
            EarlierAttempts = row.Attempts > 0 ? row.Attempts : null,
            EarlierGpu = row.EarlierGpu,
        });
    }

    /// <summary>Finishes the transition: counts, and the end of the pipeline when nothing is left to do.</summary>
    public Transition Build()
    {
        var counts = Counts();
        if (counts.Running == 0 && (counts.Pending == 0 || _status == PipelineStatus.Cancelling) && !_status.IsFinal())
        {
            _status = _status == PipelineStatus.Cancelling ? PipelineStatus.Cancelled
                : counts.Failed > 0 ? PipelineStatus.Failed
                : counts.Cancelled > 0 ? PipelineStatus.Cancelled
                : PipelineStatus.Completed;
            Tell(null, "ended", $"The pipeline is {_status.ToString().ToLowerInvariant()}: {counts.Completed} of {counts.Total} tasks completed, {counts.Failed} failed, {counts.Skipped} skipped, {counts.Cancelled} cancelled.");
        }

        var summary = state.Summary with { Status = _status, Priority = _priority, Version = state.Summary.Version + 1, UpdatedAt = now, Counts = counts };
        return new Transition(summary, [.. _changed], _events.ToImmutable());
    }

    private TaskCounts Counts()
    {
        var counts = state.Counts;
        foreach (var (index, row) in _changed)
        {
            counts = Add(Add(counts, state.Rows[index].State, -1), row.State, 1);
        }

        return counts;
    }

    private static TaskCounts Add(TaskCounts counts, TaskState state, int by) => state switch
    {
        TaskState.Pending => counts with { Pending = counts.Pending + by },
        TaskState.Running => counts with { Running = counts.Running + by },
        TaskState.Completed => counts with { Completed = counts.Completed + by },
        TaskState.Failed => counts with { Failed = counts.Failed + by },
        TaskState.Skipped => counts with { Skipped = counts.Skipped + by },
        TaskState.Cancelled => counts with { Cancelled = counts.Cancelled + by },
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
