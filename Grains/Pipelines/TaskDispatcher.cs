using System.Collections.Immutable;

using Continuity.Engine.Faults;
using Continuity.Engine.Pipelines;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

using Microsoft.Extensions.Options;

namespace Continuity.Grains.Pipelines;

/// <summary>Makes the dispatchers of pipelines.</summary>
internal sealed class TaskDispatcherFactory(FarmGrains grains, IOptions<ContinuityOptions> options, TimeProvider time)
{
    public TaskDispatcher Create(IGrainBase grain, PipelineState state, PipelineWatch watch) => new(grain, state, grains, watch, options.Value, time);
}

/// <summary>
/// Starts the grains of tasks that are ready or under way, and makes sure that they stay alive. It decides nothing: a task's grain may be started twice, and the
/// recorded attempt tells which start counts.
/// </summary>
internal sealed class TaskDispatcher(
    IGrainBase grain,
    PipelineState state,
    FarmGrains grains,
    PipelineWatch watch,
    ContinuityOptions options,
    TimeProvider time)
{
    // A call that failed is made again after about the time in which a dead silo is noticed.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    // Where a grain cannot be made at all, as on a silo whose clock was set back, the next try may be placed elsewhere.
    private static readonly TimeSpan AgainElsewhere = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, Dispatched> _dispatched = [];
    private readonly Dictionary<string, WorkflowProfile> _profiles = state.Definition.Profiles.ToDictionary(profile => profile.Id, StringComparer.Ordinal);
    private readonly DeadlineWatch _deadline = new(state, watch, grains, time);
    private IGrainTimer? _timer;
    private bool _running;

    /// <summary>Whether the pipeline was found late for its deadline.</summary>
    public bool IsLate => _deadline.IsLate;

    /// <summary>Begins, or makes sure that it has begun.</summary>
    public void Start()
    {
        if (state.Summary.Status.IsFinal())
        {
            return;
        }

        _running = watch.IsDriven = true;
        _timer ??= grain.RegisterGrainTimer(
            LookAfterAsync,
            new GrainTimerCreationOptions { DueTime = options.TicketRefresh, Period = options.TicketRefresh, Interleave = true, KeepAlive = true });
        for (var i = 0; i < state.Rows.Count; i++)
        {
            if (state.Rows[i].State == TaskState.Running)
            {
                Dispatch(i);
            }
        }

        DispatchReady(state.Ready);
        LookAtDeadlineAsync().Ignore();
    }

    /// <summary>Follows a stored transition: forgets what ended, starts what became ready.</summary>
    public void Follow(Transition transition, ImmutableArray<int> ready)
    {
        foreach (var (index, row) in transition.Rows)
        {
            if (_dispatched.TryGetValue(index, out var dispatched) && (row.State != TaskState.Running || row.Attempts != dispatched.Attempt))
            {
                _dispatched.Remove(index);
            }
        }

        if (!_running)
        {
            return;
        }

        foreach (var (index, row) in transition.Rows)
        {
            // Begun with what made it ready. Any other attempt that begins is out already.
            if (row.State == TaskState.Running && !_dispatched.ContainsKey(index))
            {
                Dispatch(index);
            }
        }

        DispatchReady(ready);
        if (transition.Summary.Status.IsFinal())
        {
            _running = false;
            _timer?.Dispose();
            _timer = null;
        }
    }

    /// <summary>
    /// Takes back what is not begun, after a pause or a cancellation; when the pipeline is being cancelled, what is begun too. Tasks that were resumed go out
    /// again with <see cref="Start"/>.
    /// </summary>
    public async Task WithdrawAsync()
    {
        var cancelling = state.Summary.Status == PipelineStatus.Cancelling;
        var calls = new List<Task>();
        foreach (var index in _dispatched.Keys.ToList())
        {
            var begun = state.Rows[index].State == TaskState.Running;
            if (!begun)
            {
                _dispatched.Remove(index);
                watch.ClearLive(index);
            }

            if (!begun || cancelling)
            {
                calls.Add(Grain(index).CancelAsync(Assignment(index)));
            }
        }

        if (cancelling)
        {
            // Those that this activation has not taken up are cancelled just the same.
            calls.AddRange(Enumerable.Range(0, state.Rows.Count)
                .Where(i => state.Rows[i].State == TaskState.Running && !_dispatched.ContainsKey(i))
                .Select(i => Grain(i).CancelAsync(Assignment(i))));
        }

        await Task.WhenAll(calls).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <summary>Makes sure of everything that is out: its grain, or what that grain had on another silo, may be gone.</summary>
    public void LookAgain()
    {
        foreach (var index in _dispatched.Keys.ToList())
        {
            Dispatch(index);
        }
    }

    /// <summary>Tells those that wait for a GPU what has changed for them.</summary>
    public void TellWaiting()
    {
        foreach (var index in _dispatched.Keys.Where(index => state.Rows[index].State != TaskState.Running).ToList())
        {
            Dispatch(index);
        }
    }

    /// <summary>Notes a sign of life of a task's grain.</summary>
    /// <returns>Whether that attempt is the current one.</returns>
    public bool Heard(int index, int attempt)
    {
        if (!_dispatched.TryGetValue(index, out var dispatched) || dispatched.Attempt != attempt)
        {
            return false;
        }

        dispatched.HeardAt = time.GetSteadyNow();
        return true;
    }

    /// <summary>Forgets an attempt that was refused, so that the task can go out again.</summary>
    public void Forget(string taskId, int attempt)
    {
        var index = state.IndexOf(taskId);
        if (_dispatched.TryGetValue(index, out var dispatched) && dispatched.Attempt == attempt && state.Rows[index].State != TaskState.Running)
        {
            _dispatched.Remove(index);
            watch.ClearLive(index);
        }
    }

    private void DispatchReady(IEnumerable<int> ready)
    {
        if (state.Summary.Status != PipelineStatus.Active)
        {
            return;
        }

        foreach (var index in ready)
        {
            if (_dispatched.ContainsKey(index))
            {
                continue;
            }

            if (state.Rows[index].NotBefore is { } due && due - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
            {
                // Longer than any pause is only a clock that was set back.
                DispatchLater(index, wait < FaultPolicy.LongestPause ? wait : FaultPolicy.LongestPause);
            }
            else
            {
                Dispatch(index);
            }
        }
    }

    private void DispatchLater(int index, TimeSpan wait) => Later(wait, () =>
    {
        if (state.Summary.Status == PipelineStatus.Active && state.Ready.Contains(index) && !_dispatched.ContainsKey(index))
        {
            Dispatch(index);
        }
    });

    private void DispatchUnheard(int index, Dispatched dispatched)
    {
        if (_dispatched.TryGetValue(index, out var current) && current == dispatched)
        {
            Dispatch(index);
        }
    }

    private void Later(TimeSpan wait, Action act)
    {
        IGrainTimer? timer = null;
        timer = grain.RegisterGrainTimer(
            _ =>
            {
                timer?.Dispose();
                if (_running)
                {
                    act();
                }

                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions { DueTime = wait, Period = Timeout.InfiniteTimeSpan, Interleave = true, KeepAlive = true });
    }

    private void Dispatch(int index)
    {
        var assignment = Assignment(index);
        _dispatched[index] = new Dispatched(assignment.Attempt) { HeardAt = time.GetSteadyNow() };
        _ = StartAsync(index, assignment);
    }

    private async Task StartAsync(int index, TaskAssignment assignment)
    {
        try
        {
            var cancelling = assignment.Recorded is not null && state.Summary.Status == PipelineStatus.Cancelling;
            await (cancelling ? Grain(index).CancelAsync(assignment) : Grain(index).StartAsync(assignment));
        }
        catch (Exception exception)
        {
            // Its silo may be on its way out. Nobody waits for this, so that whatever it is, only the next try mends it.
            if (_dispatched.TryGetValue(index, out var dispatched) && dispatched.Attempt == assignment.Attempt)
            {
                Later(CallFaults.MayPass(exception) ? Again : AgainElsewhere, () => DispatchUnheard(index, dispatched));
            }
        }
    }

    private async Task LookAfterAsync(CancellationToken cancellationToken)
    {
        var silentSince = time.GetSteadyNow() - (2 * options.TicketRefresh);
        var cancelling = state.Summary.Status == PipelineStatus.Cancelling;
        foreach (var (index, dispatched) in _dispatched.ToList())
        {
            // A task that still tells of its progress may not have heard that it is cancelled.
            if (dispatched.HeardAt < silentSince || cancelling)
            {
                Dispatch(index);
            }
        }

        DispatchReady(state.Ready);
        await LookAtDeadlineAsync();
    }

    private async Task LookAtDeadlineAsync()
    {
        if (await _deadline.LookAsync() && _running)
        {
            TellWaiting();
        }
    }

    private ITaskGrain Grain(int index) => grains.Task(new TaskKey(state.Definition.Id, state.Definition.Tasks[index].Id));

    private TaskAssignment Assignment(int index)
    {
        var (task, row) = (state.Definition.Tasks[index], state.Rows[index]);
        var running = row.State == TaskState.Running;
        return new TaskAssignment
        {
            PipelineId = state.Definition.Id,
            Task = task,
            Attempt = running ? row.Attempts : row.Attempts + 1,
            Profile = task.ProfileId is { } id ? _profiles.GetValueOrDefault(id) : null,
            Dependencies = state.DependenciesOf(index).Distinct()
                .Where(i => state.Rows[i].Result is not null)
                .ToImmutableDictionary(i => state.Definition.Tasks[i].Id, i => state.Rows[i].Result!, StringComparer.Ordinal),
            Recorded = running ? row.Attempt : null,
            ExcludedGpus = row.ExcludedGpus,
            Priority = state.Priority,
            IsLate = IsLate,
            WaitingSince = !running && row.Fault?.Class == FaultClass.Drained ? row.Attempt?.WaitingSince : null,
            Owner = state.Definition.Owner ?? "",
            PipelineCreatedAt = state.Summary.CreatedAt,
            Order = index,
            SeedOverride = row.SeedOverride,
            Lost = !running && row.Fault?.Class is FaultClass.Lost or FaultClass.Connection ? row.Attempt : null,
        };
    }

    private sealed class Dispatched(int attempt)
    {
        public int Attempt { get; } = attempt;

        public DateTimeOffset HeardAt { get; set; }
    }
}
