using System.Collections.Immutable;

using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Engine.Pipelines;

/// <summary>
/// A pipeline in memory: its definition, one row a task, and what follows from them (what is ready, how many stand where). It changes only through
/// <see cref="Apply"/>, whose cost depends on the tasks that changed and not on the size of the pipeline.
/// </summary>
public sealed class PipelineState
{
    private readonly Dictionary<string, int> _index;
    private readonly TaskRow[] _rows;
    private readonly int[] _unmet;
    private readonly ImmutableArray<int>[] _dependants;
    private readonly SortedSet<int> _ready = [];
    private readonly List<int> _becameReady = [];
    private readonly int[] _counts = new int[6];

    /// <summary>Builds the state from what is stored.</summary>
    /// <param name="definition">The definition, validated.</param>
    /// <param name="summary">The summary at the stored version.</param>
    /// <param name="rows">The rows in the order of the definition.</param>
    public PipelineState(PipelineDefinition definition, PipelineSummary summary, IReadOnlyList<TaskRow> rows)
    {
        if (rows.Count != definition.Tasks.Length)
        {
            throw new ArgumentException($"Pipeline {definition.Id} has {definition.Tasks.Length} tasks but {rows.Count} rows.", nameof(rows));
        }

        Definition = definition;
        Summary = summary with { Priority = summary.Priority ?? definition.Priority };
        _rows = [.. rows];
        _index = definition.Tasks.Select((task, i) => (task.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i, StringComparer.Ordinal);
        _dependants = BuildDependants(definition, _index);
        Topological = BuildOrder(definition, _index, _dependants);
        _unmet = new int[_rows.Length];
        for (var i = 0; i < _rows.Length; i++)
        {
            _counts[(int)_rows[i].State]++;
            _unmet[i] = definition.Tasks[i].Dependencies.Distinct(StringComparer.Ordinal).Count(id => _rows[_index[id]].State != TaskState.Completed);
        }

        for (var i = 0; i < _rows.Length; i++)
        {
            UpdateReadiness(i);
        }
    }

    /// <summary>What the pipeline is.</summary>
    public PipelineDefinition Definition { get; }

    /// <summary>The pipeline in one line, at its present version.</summary>
    public PipelineSummary Summary { get; private set; }

    /// <summary>Its tier in the GPU queues.</summary>
    public PipelinePriority Priority => Summary.Priority ?? Definition.Priority;

    /// <summary>The rows, in the order of the definition.</summary>
    public IReadOnlyList<TaskRow> Rows => _rows;

    /// <summary>The tasks by index, each after everything it depends on.</summary>
    public ImmutableArray<int> Topological { get; }

    /// <summary>Pending tasks whose dependencies are all completed, by index, in the order of the definition.</summary>
    public IReadOnlyCollection<int> Ready => _ready;

    /// <summary>How many tasks stand where.</summary>
    public TaskCounts Counts => new()
    {
        Pending = _counts[(int)TaskState.Pending],
        Running = _counts[(int)TaskState.Running],
        Completed = _counts[(int)TaskState.Completed],
        Failed = _counts[(int)TaskState.Failed],
        Skipped = _counts[(int)TaskState.Skipped],
        Cancelled = _counts[(int)TaskState.Cancelled],
    };

    /// <summary>The first rows and summary of a new pipeline.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="now">The time.</param>
    /// <param name="needsOnlyItsTurn">Whether nothing has to be found first for a task, such as a GPU: it begins at once then, where it waits for no other. Without it, none does.</param>
    /// <returns>Version 1: everything else pending.</returns>
    public static PipelineState Create(PipelineDefinition definition, DateTimeOffset now, Func<TaskDefinition, bool>? needsOnlyItsTurn = null)
    {
        var rows = definition.Tasks.Select(task => new TaskRow { TaskId = task.Id, Version = 1 }).ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            if (definition.Tasks[i].Dependencies.Length == 0 && needsOnlyItsTurn?.Invoke(definition.Tasks[i]) == true)
            {
                rows[i] = AttemptRules.Begun(rows[i], new AttemptRecord(1, now), now);
            }
        }

        var running = rows.Count(row => row.State == TaskState.Running);
        return new PipelineState(
            definition,
            new PipelineSummary
            {
                Id = definition.Id,
                Name = definition.Name,
                Status = PipelineStatus.Active,
                Version = 1,
                CreatedAt = now,
                UpdatedAt = now,
                Counts = new TaskCounts { Pending = rows.Length - running, Running = running },
            },
            rows);
    }

    /// <summary>The lines with which the history of a new pipeline begins.</summary>
    public ImmutableArray<TaskEvent> FirstEvents =>
    [
        new TaskEvent(Summary.Version, Summary.CreatedAt, null, "submitted", $"Accepted with {_rows.Length} tasks."),
        .. _rows.Where(row => row.State == TaskState.Running).Select(row => new TaskEvent(Summary.Version, Summary.CreatedAt, row.TaskId, "started", AttemptRules.Describe(row.Attempt!))),
    ];

    /// <summary>Finds a task.</summary>
    /// <param name="taskId">Its id.</param>
    /// <returns>Its index, or -1.</returns>
    public int IndexOf(string taskId) => _index.GetValueOrDefault(taskId, -1);

    /// <summary>The tasks that depend on a task directly.</summary>
    /// <param name="index">The task.</param>
    /// <returns>Their indexes.</returns>
    public ImmutableArray<int> DependantsOf(int index) => _dependants[index];

    /// <summary>The tasks that a task depends on directly.</summary>
    /// <param name="index">The task.</param>
    /// <returns>Their indexes.</returns>
    public IEnumerable<int> DependenciesOf(int index) => Definition.Tasks[index].Dependencies.Select(id => _index[id]);

    /// <summary>Takes over a transition after it is stored.</summary>
    /// <param name="transition">The transition; its version must be the next one.</param>
    /// <returns>The tasks that became ready by it, in the order of the definition.</returns>
    public ImmutableArray<int> Apply(Transition transition)
    {
        if (transition.Summary.Version != Summary.Version + 1)
        {
            throw new InvalidOperationException($"Pipeline {Definition.Id} is at version {Summary.Version}; a transition to {transition.Summary.Version} does not follow.");
        }

        _becameReady.Clear();
        foreach (var (index, row) in transition.Rows)
        {
            var before = _rows[index].State;
            _rows[index] = row;
            _counts[(int)before]--;
            _counts[(int)row.State]++;
            if (Met(before, row.State) is not 0 and var met)
            {
                foreach (var dependant in _dependants[index])
                {
                    _unmet[dependant] -= met;
                    UpdateReadiness(dependant);
                }
            }

            UpdateReadiness(index);
        }

        Summary = transition.Summary;
        _becameReady.Sort();
        return [.. _becameReady.Distinct().Where(_ready.Contains)];
    }

    /// <summary>The tasks that a transition makes ready, in the order of the definition. The cost depends on the tasks that it changes.</summary>
    internal IEnumerable<int> ReadyAfter(Transition transition)
    {
        var (states, met) = (new Dictionary<int, TaskState>(), new SortedDictionary<int, int>());
        foreach (var (index, row) in transition.Rows)
        {
            states[index] = row.State;
            met.TryAdd(index, 0);
            if (Met(_rows[index].State, row.State) is not 0 and var more)
            {
                foreach (var dependant in _dependants[index])
                {
                    met[dependant] = met.GetValueOrDefault(dependant) + more;
                }
            }
        }

        return met.Where(pair => _unmet[pair.Key] == pair.Value && !_ready.Contains(pair.Key) && states.GetValueOrDefault(pair.Key, _rows[pair.Key].State) == TaskState.Pending)
            .Select(pair => pair.Key);
    }

    // How many more dependencies a task has met that depends on the one that changed.
    private static int Met(TaskState before, TaskState after) => (after == TaskState.Completed ? 1 : 0) - (before == TaskState.Completed ? 1 : 0);

    private static ImmutableArray<int>[] BuildDependants(PipelineDefinition definition, Dictionary<string, int> index)
    {
        var lists = new List<int>[definition.Tasks.Length];
        for (var i = 0; i < lists.Length; i++)
        {
            lists[i] = [];
        }

        for (var i = 0; i < lists.Length; i++)
        {
            foreach (var id in definition.Tasks[i].Dependencies.Distinct(StringComparer.Ordinal))
            {
                lists[index[id]].Add(i);
            }
        }

        return [.. lists.Select(list => list.ToImmutableArray())];
    }

    private static ImmutableArray<int> BuildOrder(PipelineDefinition definition, Dictionary<string, int> index, ImmutableArray<int>[] dependants)
    {
        var unmet = definition.Tasks.Select(task => task.Dependencies.Distinct(StringComparer.Ordinal).Count(index.ContainsKey)).ToArray();
        var queue = new Queue<int>(Enumerable.Range(0, unmet.Length).Where(i => unmet[i] == 0));
        var order = ImmutableArray.CreateBuilder<int>(unmet.Length);
        while (queue.TryDequeue(out var i))
        {
            order.Add(i);
            foreach (var dependant in dependants[i])
            {
                if (--unmet[dependant] == 0)
                {
                    queue.Enqueue(dependant);
                }
            }
        }

        return order.Count == unmet.Length
            ? order.MoveToImmutable()
            : throw new ArgumentException($"The tasks of pipeline {definition.Id} form a cycle.", nameof(definition));
    }

    private void UpdateReadiness(int index)
    {
        if (_rows[index].State == TaskState.Pending && _unmet[index] == 0)
        {
            if (_ready.Add(index))
            {
                _becameReady.Add(index);
            }
        }
        else
        {
            _ready.Remove(index);
        }
    }
}

/// <summary>A change of a pipeline from one version to the next: stored in one transaction, then applied.</summary>
/// <param name="Summary">The pipeline after it.</param>
/// <param name="Rows">The rows that changed, by index, each with the new version.</param>
/// <param name="Events">The lines of the history.</param>
public sealed record Transition(PipelineSummary Summary, ImmutableArray<KeyValuePair<int, TaskRow>> Rows, ImmutableArray<TaskEvent> Events);
