using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;
using Continuity.Tasks;

using Microsoft.Extensions.Logging;

namespace Continuity.Grains.Tasks;

/// <summary>Runs one attempt of a task in the background, and takes the calls about it.</summary>
internal sealed partial class TaskGrain(
    AttemptServices services,
    IAttemptFactory attempts,
    FarmGrains grains,
    ILogger<TaskGrain> logger) : Grain, ITaskGrain, IAttemptHost, IDisposable
{
    private static readonly TimeSpan SlotCheck = TimeSpan.FromSeconds(10);

    private const ConfigureAwaitOptions Quietly = ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

    private TaskAssignment? _assignment;
    private TaskAssignment? _next;
    private Task _run = Task.CompletedTask;
    private IAttempt? _attempt;
    private CancellationTokenSource _stop = new();
    private bool _cancelled;
    private bool _leaving;
    private IGrainTimer? _keepAlive;
    private TaskSlot _slot = null!;
    private ProgressRelay _progress = null!;

    // Held, because progress is reported from the threads that see it, where an activation's own services may not be used.
    public IPipelineTasks Pipeline { get; private set; } = null!;

    public TimeSpan? StallAfter => _slot.Lease?.StallAfter;

    public DateTimeOffset? TurnAt => _slot.TurnAt;

    public DateTimeOffset? ReturnedAt => _slot.ReturnedAt;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var task = TaskKey.Parse(this.GetPrimaryKeyString());
        Pipeline = grains.Reports(task.Pipeline);
        _progress = new ProgressRelay(Pipeline);
        _slot = new TaskSlot(task, services, grains, logger);
        return Task.CompletedTask;
    }

    public Task StartAsync(TaskAssignment assignment)
    {
        if (_run.IsCompleted)
        {
            Begin(assignment, cancel: false);
        }
        else if (assignment.Attempt > _assignment!.Attempt || _cancelled)
        {
            // What runs ends first: it may have a prompt to take back.
            _next = assignment;
            if (assignment.Attempt > _assignment.Attempt)
            {
                _stop.Cancel();
            }
        }
        else
        {
            (_slot.Priority, _slot.IsLate) = (assignment.Priority, assignment.IsLate);
            _slot.AskAgain();
            _ = _slot.ConfirmAsync();
        }

        return Task.CompletedTask;
    }

    public Task CancelAsync(TaskAssignment assignment)
    {
        _next = null;
        if (_run.IsCompleted)
        {
            if (assignment.Recorded is not null)
            {
                Begin(assignment, cancel: true);
            }
        }
        else if (_assignment!.Attempt <= assignment.Attempt)
        {
            _cancelled = true;
            _stop.Cancel();
        }

        return Task.CompletedTask;
    }

    public Task<bool> GrantAsync(TicketId ticket, Lease lease) => Task.FromResult(!_stop.IsCancellationRequested && _slot.TryGrant(ticket, lease));

    public Task<bool> HoldsAsync(Lease lease) => Task.FromResult(_slot.IsHeld(lease));

    public Task TakeBackAsync(Lease lease, string reason)
    {
        if (_slot.Lease?.Epoch == lease.Epoch && _attempt is { } attempt)
        {
            // In the background: it asks ComfyUI, and what comes of it ends the attempt.
            attempt.TakeBackAsync(reason, _stop.Token).Ignore();
        }

        return Task.CompletedTask;
    }

    public Task TellTurnAsync(Lease lease)
    {
        _slot.Turn(lease);
        return Task.CompletedTask;
    }

    public Task<Lease> WaitForSlotAsync(Ticket ticket, CancellationToken cancellationToken) =>
        _slot.WaitAsync(ticket, answer => Report(new TaskProgress(_assignment!.Task.Id, _assignment.Attempt, TaskPhase.Waiting, Detail: answer.Reason, ExpectedStart: answer.ExpectedStart)), cancellationToken);

    public Task<Lease> AdoptSlotAsync(AttemptRecord attempt, CancellationToken cancellationToken) => _slot.AdoptAsync(attempt, cancellationToken);

    public void Posted(double? number) => _slot.Posted(number);

    public Task ReleaseSlotAsync(SlotOutcome outcome) => _slot.ReleaseAsync(outcome);

    public async Task<bool> OtherGpuWorksAsync(GpuId than)
    {
        try
        {
            var gpus = await grains.Pool.GetGpusAsync();
            return gpus.Any(gpu => gpu.Registration.Id != than && gpu is { Status.Health: GpuHealth.Healthy, Mode: GpuMode.Active });
        }
        catch (Exception exception) when (CallFaults.MayPass(exception))
        {
            return false;
        }
    }

    public async Task<string?> WhyGpuStuckAsync(GpuId gpu)
    {
        try
        {
            return await grains.Queue(gpu).WhyStuckAsync();
        }
        catch (Exception exception) when (CallFaults.MayPass(exception))
        {
            return null;
        }
    }

    public void Report(TaskPhase phase, double? percent = null, string? detail = null)
    {
        if (_assignment is { } assignment)
        {
            Report(new TaskProgress(assignment.Task.Id, assignment.Attempt, phase, percent, _slot.Gpu, detail));
        }
    }

    private void Report(TaskProgress progress) => _progress.Report(progress);

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        // The prompt goes on and keeps its slot: whoever is activated next takes it up again by its recorded id.
        _leaving = true;
        await _stop.CancelAsync();
        await _run.WaitAsync(cancellationToken).ConfigureAwait(Quietly);
    }

    public void Dispose() => _stop.Dispose();

    private void Begin(TaskAssignment assignment, bool cancel)
    {
        _stop.Dispose();
        (_assignment, _cancelled, _stop) = (assignment, cancel, new CancellationTokenSource());
        _slot.Begin();
        (_slot.Priority, _slot.IsLate) = (assignment.Priority, assignment.IsLate);
        _keepAlive ??= this.RegisterGrainTimer(
            _ => _slot.ConfirmAsync(),
            new GrainTimerCreationOptions { DueTime = SlotCheck, Period = SlotCheck, KeepAlive = true, Interleave = true });
        _run = RunAsync(assignment);
    }

    private async Task RunAsync(TaskAssignment assignment)
    {
        // Off the caller's turn, but on this grain's scheduler.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        try
        {
            await AttemptAsync(assignment);
        }
        catch (Exception exception)
        {
            // The pipeline could not be told. It looks after a task that it hears nothing of.
            LogUnexpected(exception, assignment.PipelineId, assignment.Task.Id, assignment.Attempt);
        }

        if (!_leaving)
        {
            await ReleaseSlotAsync(new SlotOutcome(null, Executed: false));
            Finish();
        }
    }

    private async Task AttemptAsync(TaskAssignment assignment)
    {
        var attempt = attempts.Create(assignment, this);
        _attempt = attempt;
        try
        {
            if (!_cancelled)
            {
                await attempt.RunAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Cancelled by a person, replaced by a newer attempt, or the grain moves: what follows depends on which.
        }
        catch (AttemptFault fault)
        {
            await FailAsync(assignment, fault.Fault);
        }
        catch (Exception exception)
        {
            // Anything else is a fault of ours: it must end the attempt, not leave it hanging.
            LogUnexpected(exception, assignment.PipelineId, assignment.Task.Id, assignment.Attempt);
            await FailAsync(assignment, new TaskFault(FaultClass.Internal, $"Unexpected {exception.GetType().Name}: {exception.Message}"));
        }

        if (_cancelled)
        {
            await CleanUpAsync(assignment, attempt);
        }
    }

    private async Task FailAsync(TaskAssignment assignment, TaskFault fault)
    {
        await ReleaseSlotAsync(new SlotOutcome(fault.Class, Executed: false));
        try
        {
            await services.Persistently.CallAsync(
                () => Pipeline.FailAttemptAsync(assignment.Task.Id, assignment.Attempt, fault with { GpuId = fault.GpuId ?? _slot.Gpu }, _attempt?.Gpu),
                _stop.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException || (_stop.IsCancellationRequested && CallFaults.MayPass(exception)))
        {
            // The record still says running: the attempt is taken up again, or cleaned up after when it was cancelled.
        }
    }

    private async Task CleanUpAsync(TaskAssignment assignment, IAttempt attempt)
    {
        try
        {
            await attempt.CleanUpAsync(CancellationToken.None);
        }
        catch (Exception exception)
        {
            // What was done before the cancellation could not be kept after all: it is cancelled like the rest.
            if (exception is not (AttemptFault or OperationCanceledException))
            {
                LogUnexpected(exception, assignment.PipelineId, assignment.Task.Id, assignment.Attempt);
            }

            await services.Persistently.CallAsync(() => Pipeline.AttemptCancelledAsync(assignment.Task.Id, assignment.Attempt, attempt.Gpu), CancellationToken.None);
        }
    }

    private void Finish()
    {
        if (_next is { } next)
        {
            _next = null;
            Begin(next, cancel: false);
            return;
        }

        _keepAlive?.Dispose();
        _keepAlive = null;
        DeactivateOnIdle();
    }

    [LoggerMessage(1001, LogLevel.Error, "Attempt {Attempt} of task {TaskId} of pipeline {PipelineId} failed unexpectedly.")]
    private partial void LogUnexpected(Exception exception, PipelineId pipelineId, string taskId, int attempt);
}
