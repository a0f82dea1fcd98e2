using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Engine.Pipelines;

/// <summary>What a person's command changes. Each rule says whether it fits the pipeline's state, and what to store.</summary>
public static class CommandRules
{
    /// <summary>Nothing new is to be started.</summary>
    /// <param name="state">The pipeline.</param>
    /// <param name="now">The time.</param>
    /// <returns>The outcome.</returns>
    public static CommandDecision Pause(PipelineState state, DateTimeOffset now)
    {
        if (state.Summary.Status != PipelineStatus.Active)
        {
            return state.Summary.Status == PipelineStatus.Paused
                ? new CommandDecision.Nothing()
                : new CommandDecision.Refuse($"Pipeline {state.Definition.Id} is {Word(state)}; only an active one can be paused.");
        }

        var change = new TransitionBuilder(state, now);
        change.Status(PipelineStatus.Paused);
        change.Tell(null, "paused", "Paused: what runs goes on to its end, nothing new starts.");
        return new CommandDecision.Change(change.Build());
    }

    /// <summary>The pipeline is to go on; after an end, what failed, was skipped or was cancelled is run again, and nothing else.</summary>
    /// <param name="state">The pipeline.</param>
    /// <param name="now">The time.</param>
    /// <returns>The outcome.</returns>
    public static CommandDecision Resume(PipelineState state, DateTimeOffset now)
    {
        switch (state.Summary.Status)
        {
            case PipelineStatus.Active or PipelineStatus.Completed:
                return new CommandDecision.Nothing();
            case PipelineStatus.Cancelling:
                return new CommandDecision.Refuse($"Pipeline {state.Definition.Id} is still being cancelled; resume it once it is cancelled.");
        }

        var change = new TransitionBuilder(state, now);
        var reset = 0;
        if (state.Summary.Status.IsFinal())
        {
            for (var i = 0; i < state.Rows.Count; i++)
            {
                if (state.Rows[i].State is TaskState.Failed or TaskState.Skipped or TaskState.Cancelled)
                {
                    change.Reset(i);
                    reset++;
                }
            }
        }

        change.Status(PipelineStatus.Active);
        change.Tell(null, "resumed", reset == 0 ? "Resumed." : $"Resumed: {reset} tasks run again, {state.Counts.Completed} stay as they are.");
        return new CommandDecision.Change(change.Build());
    }

    /// <summary>The pipeline is to end.</summary>
    /// <param name="state">The pipeline.</param>
    /// <param name="now">The time.</param>
    /// <returns>The outcome.</returns>
    public static CommandDecision Cancel(PipelineState state, DateTimeOffset now)
    {
        if (state.Summary.Status.IsFinal() || state.Summary.Status == PipelineStatus.Cancelling)
        {
            return new CommandDecision.Nothing();
        }

        var change = new TransitionBuilder(state, now);
        change.Status(PipelineStatus.Cancelling);
        change.Tell(null, "cancelling", "Cancelled by a person: staged prompts are removed, running ones interrupted.");
        for (var i = 0; i < state.Rows.Count; i++)
        {
            if (state.Rows[i].State == TaskState.Pending)
            {
                change.Change(i, state.Rows[i] with { State = TaskState.Cancelled, CompletedAt = now, NotBefore = null });
            }
        }

        return new CommandDecision.Change(change.Build());
    }

    /// <summary>What waits for a GPU is to go in another tier; what runs goes on.</summary>
    /// <param name="state">The pipeline.</param>
    /// <param name="priority">The tier.</param>
    /// <param name="now">The time.</param>
    /// <returns>The outcome.</returns>
    public static CommandDecision SetPriority(PipelineState state, PipelinePriority priority, DateTimeOffset now)
    {
        if (!Enum.IsDefined(priority))
        {
            return new CommandDecision.Refuse($"{(int)priority} is no priority; use low, normal or high.");
        }

        if (state.Priority == priority)
        {
            return new CommandDecision.Nothing();
        }

        var change = new TransitionBuilder(state, now);
        change.Priority(priority);
        change.Tell(null, "priority", $"The priority is {priority.ToString().ToLowerInvariant()} now; it was {state.Priority.ToString().ToLowerInvariant()}.");
        return new CommandDecision.Change(change.Build());
    }

    /// <summary>Failed tasks are to run again, with those skipped because of them.</summary>
    /// <param name="state">The pipeline.</param>
    /// <param name="taskId">One task, or <see langword="null"/> for every failed or cancelled one.</param>
    /// <param name="newSeed">Another seed for the task, or <see langword="null"/> to keep it.</param>
    /// <param name="now">The time.</param>
    /// <returns>The outcome.</returns>
    public static CommandDecision Retry(PipelineState state, string? taskId, long? newSeed, DateTimeOffset now)
    {
        if (state.Summary.Status == PipelineStatus.Cancelling)
        {
            return new CommandDecision.Refuse($"Pipeline {state.Definition.Id} is still being cancelled; retry once it is cancelled.");
        }

        var change = new TransitionBuilder(state, now);
        if (taskId is null)
        {
            var again = Enumerable.Range(0, state.Rows.Count).Where(i => state.Rows[i].State is TaskState.Failed or TaskState.Cancelled).ToList();
            if (again.Count == 0)
            {
                return new CommandDecision.Nothing();
            }

            again.ForEach(i => change.Reset(i));
            change.Tell(null, "resumed", $"{again.Count} failed tasks run again.");
        }
        else if (RetryOne(state, change, taskId, newSeed) is { } refusal)
        {
            return refusal;
        }

        Unskip(state, change);
        if (state.Summary.Status.IsFinal())
        {
            change.Status(PipelineStatus.Active);
        }

        return new CommandDecision.Change(change.Build());
    }

    private static CommandDecision.Refuse? RetryOne(PipelineState state, TransitionBuilder change, string taskId, long? newSeed)
    {
        var index = state.IndexOf(taskId);
        if (index < 0)
        {
            return new CommandDecision.Refuse($"Pipeline {state.Definition.Id} has no task '{taskId}'.");
        }

        var label = state.Definition.Tasks[index].Label;
        if (state.Rows[index].State is TaskState.Running or TaskState.Pending)
        {
            return new CommandDecision.Refuse($"'{label}' has not ended yet ({state.Rows[index].State.ToString().ToLowerInvariant()}).");
        }

        if (state.DependenciesOf(index).FirstOrDefault(i => state.Rows[i].State != TaskState.Completed, -1) is >= 0 and var missing)
        {
            var blocker = state.Definition.Tasks[missing];
            return new CommandDecision.Refuse($"'{label}' needs '{blocker.Label}', which is {state.Rows[missing].State.ToString().ToLowerInvariant()}: retry '{blocker.Id}' first.");
        }

        var downstream = Downstream(state, index);
        if (downstream.FindIndex(i => state.Rows[i].State == TaskState.Running) is >= 0 and var busy)
        {
            return new CommandDecision.Refuse($"'{state.Definition.Tasks[downstream[busy]].Label}' is made from '{label}' and runs just now: wait for it, or cancel first.");
        }

        var remake = state.Rows[index].State == TaskState.Completed;
        change.Reset(index, newSeed);
        change.Tell(taskId, "retrying", newSeed is null ? "Retried by a person." : $"Retried by a person with seed {newSeed}.");
        foreach (var i in downstream.Where(i => remake && state.Rows[i].State == TaskState.Completed))
        {
            change.Reset(i);
        }

        return null;
    }

    // A skipped task waits again once nothing it depends on stands in its way. In topological order one pass is enough.
    private static void Unskip(PipelineState state, TransitionBuilder change)
    {
        foreach (var i in state.Topological)
        {
            if (change.Row(i).State is TaskState.Skipped
                && state.DependenciesOf(i).All(d => change.Row(d).State is TaskState.Completed or TaskState.Pending or TaskState.Running))
            {
                change.Reset(i);
            }
        }
    }

    private static List<int> Downstream(PipelineState state, int index)
    {
        var found = new SortedSet<int>();
        var open = new Stack<int>(state.DependantsOf(index));
        while (open.TryPop(out var i))
        {
            if (found.Add(i))
            {
                foreach (var dependant in state.DependantsOf(i))
                {
                    open.Push(dependant);
                }
            }
        }

        return [.. found];
    }

    private static string Word(PipelineState state) => state.Summary.Status.ToString().ToLowerInvariant();
}

/// <summary>What a command leads to.</summary>
public abstract record CommandDecision
{
    private CommandDecision()
    {
    }

    /// <summary>The command holds already.</summary>
    public sealed record Nothing : CommandDecision;

    /// <summary>The pipeline changes.</summary>
    /// <param name="Transition">The transition to store.</param>
    public sealed record Change(Transition Transition) : CommandDecision;

    /// <summary>The command does not fit.</summary>
    /// <param name="Message">Why, and what would.</param>
    public sealed record Refuse(string Message) : CommandDecision;
}
