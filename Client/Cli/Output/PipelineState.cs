using System.Collections.Immutable;

using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Cli.Output;

/// <summary>A pipeline as far as it has been heard of: updates are merged into it, older news never replaces newer.</summary>
internal sealed record PipelineState
{
    private PipelineState()
    {
    }

    public required PipelineSummary Summary { get; init; }

    public required ImmutableArray<string> Order { get; init; }

    public required ImmutableDictionary<string, TaskView> Tasks { get; init; }

    public IEnumerable<TaskView> InOrder => Order.Select(id => Tasks[id]);

    public static PipelineState From(PipelineSnapshot snapshot) => new()
    {
        Summary = snapshot.Summary,
        Order = [.. snapshot.Tasks.Select(task => task.Definition.Id)],
        Tasks = snapshot.Tasks.ToImmutableDictionary(task => task.Definition.Id),
    };

    /// <summary>Merges an update.</summary>
    /// <param name="update">The update.</param>
    /// <param name="changed">The tasks that are in another state, or at another attempt, than before.</param>
    /// <returns>The pipeline after it.</returns>
    public PipelineState Apply(PipelineUpdate update, out ImmutableArray<TaskView> changed)
    {
        var tasks = Tasks.ToBuilder();
        var order = Order;
        var news = ImmutableArray.CreateBuilder<TaskView>();
        foreach (var view in update.Changed)
        {
            var id = view.Definition.Id;
            var known = tasks.GetValueOrDefault(id);
            if (known is null)
            {
                order = order.Add(id);
            }
            else if (view.Row.Version < known.Row.Version)
            {
                continue;
            }

            tasks[id] = view;
            if (known is null || known.Row.State != view.Row.State || known.Row.Attempts != view.Row.Attempts)
            {
                news.Add(view);
            }
        }

        foreach (var progress in update.Progress)
        {
            if (tasks.TryGetValue(progress.TaskId, out var view) && progress.Attempt >= view.Row.Attempts)
            {
                tasks[progress.TaskId] = view with { Live = progress };
            }
        }

        changed = news.ToImmutable();
        return this with
        {
            Summary = update.Summary.Version >= Summary.Version ? update.Summary : Summary,
            Order = order,
            Tasks = tasks.ToImmutable(),
        };
    }

    /// <summary>How much is done, 0 to 1, with the running tasks' share.</summary>
    public double Fraction
    {
        get
        {
            if (Tasks.IsEmpty)
            {
                return 1;
            }

            var done = Tasks.Values.Sum(task => task.Row.State switch
            {
                TaskState.Pending => 0,
                TaskState.Running => (task.Live?.Percent ?? 0) / 100,
                _ => 1,
            });
            return Math.Clamp(done / Tasks.Count, 0, 1);
        }
    }

    /// <summary>Whether a task waits for nothing but a slot: all that it depends on is done.</summary>
    public bool IsReady(TaskView task) =>
        task.Row.State == TaskState.Pending
        && task.Definition.Dependencies.All(id => Tasks.TryGetValue(id, out var other) && other.Row.State == TaskState.Completed);
}
