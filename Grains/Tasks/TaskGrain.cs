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
    // By then the fleet is known: a ticket that no GPU can take fails soon, not after the usual interval.
    private static readonly TimeSpan FirstRefresh = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SlotCheck = TimeSpan.FromSeconds(10);

    private const ConfigureAwaitOptions Quietly = ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

    private TaskAssignment? _assignment;
    private TaskAssignment? _next;
    private Task _run = Task.CompletedTask;
    private IAttempt? _attempt;
    private CancellationTokenSource _stop = new();
    private bool _cancelled;
    private bool _leaving;
    private GpuId? _gpu;
    private Ticket? _waiting;
    private TaskCompletionSource<Lease>? _granted;
    private TaskCompletionSource _askAgain = NewSignal();
    private TicketId _slotTicket;
    private Lease? _lease;
    private Lease? _returned;
    private IGrainTimer? _keepAlive;
    private ProgressRelay _progress = null!;

    // Held, because progress is reported from the threads that see it, where an activation's own services may not be used.
    public IPipelineTasks Pipeline { get; private set; } = null!;

    public TimeSpan? StallAfter => _lease?.StallAfter;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        Pipeline = grains.Reports(TaskKey.Parse(this.GetPrimaryKeyString()).Pipeline);
        _progress = new ProgressRelay(Pipeline);
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
            _askAgain.TrySetResult();
            _ = ConfirmSlotAsync();
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

    public Task<bool> GrantAsync(TicketId ticket, Lease lease)
    {
        if (_waiting?.Id != ticket || _granted is not { } granted || _stop.IsCancellationRequested)
        {
            return Task.FromResult(false);
        }

        (_lease, _gpu, _slotTicket, _waiting) = (lease, lease.GpuId, ticket, null);
        granted.TrySetResult(lease);
        return Task.FromResult(true);
    }

    public Task<bool> HoldsAsync(Lease lease) => Task.FromResult(_lease?.Epoch == lease.Epoch || _returned?.Epoch == lease.Epoch);

    public Task TakeBackAsync(Lease lease)
    {
        if (_lease?.Epoch == lease.Epoch && _attempt is { } attempt)
        {
            // In the background: it asks ComfyUI, and what comes of it ends the attempt.
            attempt.TakeBackAsync(_stop.Token).Ignore();
        }

        return Task.CompletedTask;
    }

    public async Task<Lease> WaitForSlotAsync(Ticket ticket, CancellationToken cancellationToken)
    {
        var pool = grains.Pool;
        (_waiting, _granted) = (ticket, new TaskCompletionSource<Lease>(TaskCreationOptions.RunContinuationsAsynchronously));
        var refresh = services.Options.Value.TicketRefresh;
        var wait = refresh < FirstRefresh ? refresh : FirstRefresh;
        try
        {
            while (true)
            {
                // Repeated while it waits: the pool may have been made anew, and the reason may have changed.
                var answer = await services.Persistently.CallAsync(() => pool.RequestAsync(ticket), cancellationToken);
                if (answer.Impossible)
                {
                    throw new AttemptFault(new TaskFault(FaultClass.Missing, answer.Reason));
                }

                if (_waiting is not null)
                {
                    Report(TaskPhase.Waiting, detail: answer.Reason);
                }

                Task news = Task.WhenAny(_granted.Task, _askAgain.Task);
                await news.WaitAsync(wait, services.Time, cancellationToken).ConfigureAwait(Quietly);
                cancellationToken.ThrowIfCancellationRequested();
                if (_granted.Task.IsCompleted)
                {
                    return await _granted.Task;
                }

                (wait, _askAgain) = (refresh, NewSignal());
            }
        }
        finally
        {
            if (_lease is null)
            {
                (_waiting, _granted) = (null, null);
                pool.WithdrawAsync(ticket.Id).Ignore();
            }
        }
    }

    public async Task<Lease> AdoptSlotAsync(AttemptRecord attempt, CancellationToken cancellationToken)
    {
        var ticket = new TicketId(TaskKey.Parse(this.GetPrimaryKeyString()), attempt.Number);
        _lease = await services.Persistently.CallAsync(() => grains.Queue(attempt.GpuId!.Value).AdoptAsync(ticket, attempt.GpuAddress!), cancellationToken);
        (_gpu, _slotTicket) = (attempt.GpuId, ticket);
        return _lease;
    }

    public async Task ReleaseSlotAsync(SlotOutcome outcome)
    {
        if (_lease is not { } lease)
        {
            return;
        }

        // On its way back it still counts as held: how its use went is known here alone.
        (_lease, _returned) = (null, lease);
        try
        {
            await grains.Queue(lease.GpuId).ReleaseAsync(_slotTicket, lease, outcome);
        }
        catch (Exception exception) when (CallFaults.MayPass(exception))
        {
            // The queue asks the holders of its slots from time to time, and finds this one free.
            LogReleaseFailed(exception, this.GetPrimaryKeyString(), lease.GpuId);
        }
        finally
        {
            _returned = null;
        }
    }

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
            _progress.Report(new TaskProgress(assignment.Task.Id, assignment.Attempt, phase, percent, _gpu, detail));
        }
    }

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
        (_assignment, _cancelled, _gpu, _stop) = (assignment, cancel, null, new CancellationTokenSource());
        _keepAlive ??= this.RegisterGrainTimer(
            _ => ConfirmSlotAsync(),
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

    // The queue may have been made anew on another silo, without its slots: what is on the GPU must be in its books before it sends more there.
    private async Task ConfirmSlotAsync()
    {
        if (_lease is not { } lease)
        {
            return;
        }

        // The next attempt may have one of its own before the queue has answered.
        var ticket = _slotTicket;
        try
        {
            var queue = grains.Queue(lease.GpuId);
            if (await queue.ConfirmAsync(ticket, lease) || _lease != lease)
            {
                return;
            }

            var adopted = await queue.AdoptAsync(ticket, lease.Address);
            if (_lease == lease)
            {
                _lease = adopted;
            }
            else
            {
                // Given back in the meantime, to a queue that did not know it.
                await queue.ReleaseAsync(ticket, adopted, new SlotOutcome(null, Executed: false));
            }
        }
        catch (Exception exception) when (CallFaults.MayPass(exception))
        {
            LogUnconfirmed(exception, this.GetPrimaryKeyString(), lease.GpuId);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task FailAsync(TaskAssignment assignment, TaskFault fault)
    {
        await ReleaseSlotAsync(new SlotOutcome(fault.Class, Executed: false));
        try
        {
            await services.Persistently.CallAsync(
                () => Pipeline.FailAttemptAsync(assignment.Task.Id, assignment.Attempt, fault with { GpuId = fault.GpuId ?? _gpu }),
                _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The record still says running: the attempt is taken up again.
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

            await services.Persistently.CallAsync(() => Pipeline.AttemptCancelledAsync(assignment.Task.Id, assignment.Attempt), CancellationToken.None);
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

    [LoggerMessage(1003, LogLevel.Debug, "{TaskKey}: GPU {GpuId} did not say whether it knows the slot; it is asked again.")]
    private partial void LogUnconfirmed(Exception exception, string taskKey, GpuId gpuId);

    [LoggerMessage(1002, LogLevel.Debug, "{TaskKey}: GPU {GpuId} did not take its slot back; it will notice.")]
    private partial void LogReleaseFailed(Exception exception, string taskKey, GpuId gpuId);
}
