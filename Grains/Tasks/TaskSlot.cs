using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;
using Continuity.Tasks;

using Microsoft.Extensions.Logging;

namespace Continuity.Grains.Tasks;

/// <summary>A task's side of its slot on a GPU: the wait for it, the lease while it is held, and its return. Used by one grain, in that grain's turns.</summary>
internal sealed partial class TaskSlot(TaskKey task, AttemptServices services, FarmGrains grains, ILogger<TaskGrain> logger)
{
    // By then the fleet is known: a ticket that no GPU can take fails soon, not after the usual interval. And what a death has swallowed, of the ticket or of a grant, shows soon after it.
    private static readonly TimeSpan FirstRefresh = TimeSpan.FromSeconds(3);

    private const ConfigureAwaitOptions Quietly = ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

    private Ticket? _waiting;
    private TaskCompletionSource<Lease>? _granted;
    private TaskCompletionSource _askAgain = NewSignal();
    private TicketId _ticket;
    private Lease? _returned;
    private bool _isTurn;

    // Of two at once each would take the slot up again, and one of them give it back.
    private Task _confirming = Task.CompletedTask;

    /// <summary>The lease while the slot is held.</summary>
    public Lease? Lease { get; private set; }

    /// <summary>The GPU of the attempt, once it had a slot; stays after the slot's return.</summary>
    public GpuId? Gpu { get; private set; }

    /// <summary>The tier of its ticket. When it changes while the ticket waits, ask the pool again.</summary>
    public PipelinePriority Priority { get; set; } = PipelinePriority.Normal;

    /// <summary>Whether its pipeline is late for its deadline; as with the tier.</summary>
    public bool IsLate { get; set; }

    /// <summary>Since when the slot is, or was, the one that the GPU executes: since it was granted, or since what was before it ended. Null while that is not so, or not known.</summary>
    public DateTimeOffset? TurnAt { get; private set; }

    /// <summary>When it was given back.</summary>
    public DateTimeOffset? ReturnedAt { get; private set; }

    /// <summary>Another attempt begins.</summary>
    public void Begin() => (Gpu, TurnAt, ReturnedAt, _isTurn) = (null, null, null, false);

    /// <summary>What was before it has ended: a staged slot waited for that, and so did one that was overtaken.</summary>
    public void Turn(Lease lease)
    {
        if (Lease?.Epoch == lease.Epoch && !_isTurn)
        {
            // An overtaken one was granted an idle GPU, and waited all the same.
            (TurnAt, _isTurn) = (services.Time.GetSteadyNow(), true);
        }
    }

    /// <summary>Takes a slot that a GPU offers.</summary>
    /// <returns><see langword="false"/> when no one waits for it.</returns>
    public bool TryGrant(TicketId ticket, Lease lease)
    {
        if (_waiting?.Id != ticket || _granted is not { } granted)
        {
            return false;
        }

        (Lease, Gpu, _ticket, _waiting) = (lease, lease.GpuId, ticket, null);
        TurnAt = lease.IsStaged ? null : services.Time.GetSteadyNow();
        granted.TrySetResult(lease);
        return true;
    }

    /// <summary>Whether a slot is held, or on its way back: how its use went is known here alone until the GPU has it.</summary>
    public bool IsHeld(Lease lease) => Lease?.Epoch == lease.Epoch || _returned?.Epoch == lease.Epoch;

    /// <summary>Lets a wait ask the pool again at once.</summary>
    public void AskAgain() => _askAgain.TrySetResult();

    /// <summary>Waits for a slot.</summary>
    /// <param name="ticket">What is to be run.</param>
    /// <param name="tell">Takes what the pool says of the wait whenever it is known anew.</param>
    /// <param name="cancellationToken">Ends the wait and withdraws the ticket.</param>
    /// <exception cref="AttemptFault">No GPU can ever take it.</exception>
    public async Task<Lease> WaitAsync(Ticket ticket, Action<TicketAnswer> tell, CancellationToken cancellationToken)
    {
        var pool = grains.Pool;
        (_waiting, _granted) = (ticket, new TaskCompletionSource<Lease>(TaskCreationOptions.RunContinuationsAsynchronously));
        var refresh = services.Options.Value.TicketRefresh;
        var wait = Shorter(refresh, FirstRefresh);
        try
        {
            while (true)
            {
                // Repeated while it waits: the pool may have been made anew, and the reason may have changed.
                var answer = await services.Persistently.CallAsync(() => pool.RequestAsync(ticket with { Priority = Priority, IsLate = IsLate }), cancellationToken);
                if (answer.Impossible)
                {
                    throw new AttemptFault(new TaskFault(FaultClass.Missing, answer.Reason));
                }

                // The first time soon in any case, then no more often than the pool wants it.
                var least = wait <= FirstRefresh ? TimeSpan.Zero : answer.AskAgainAfter ?? TimeSpan.Zero;
                if (await IsGrantedAsync(_granted.Task, least > wait ? least : wait, () => tell(answer), cancellationToken))
                {
                    return await _granted.Task;
                }

                wait = _askAgain.Task.IsCompleted ? Shorter(refresh, FirstRefresh) : Shorter(refresh, wait * 2);
                _askAgain = NewSignal();
            }
        }
        finally
        {
            if (Lease is null)
            {
                (_waiting, _granted) = (null, null);
                pool.WithdrawAsync(ticket.Id).Ignore();
            }
        }
    }

    // Tells the reason again and again meanwhile: it is the sign of life that the pipeline waits for.
    private async Task<bool> IsGrantedAsync(Task granted, TimeSpan within, Action tell, CancellationToken cancellationToken)
    {
        for (var left = within; left > TimeSpan.Zero; left -= services.Options.Value.TicketRefresh)
        {
            if (_waiting is not null)
            {
                tell();
            }

            Task news = Task.WhenAny(granted, _askAgain.Task);
            await news.WaitAsync(Shorter(left, services.Options.Value.TicketRefresh), services.Time, cancellationToken).ConfigureAwait(Quietly);
            cancellationToken.ThrowIfCancellationRequested();
            if (granted.IsCompleted || _askAgain.Task.IsCompleted)
            {
                break;
            }
        }

        return granted.IsCompleted;
    }

    /// <summary>Takes up the slot of an attempt whose prompt is on a GPU already.</summary>
    public async Task<Lease> AdoptAsync(AttemptRecord attempt, CancellationToken cancellationToken)
    {
        var ticket = new TicketId(task, attempt.Number);
        var lease = await services.Persistently.CallAsync(() => grains.Queue(attempt.GpuId!.Value).AdoptAsync(ticket, attempt.GpuAddress!), cancellationToken);
        (Lease, Gpu, _ticket) = (lease, attempt.GpuId, ticket);
        return lease;
    }

    /// <summary>The prompt stands in the GPU's queue. That this may not arrive does no harm.</summary>
    public void Posted(double? number)
    {
        if (Lease is { } lease)
        {
            grains.Queue(lease.GpuId).PostedAsync(_ticket, lease, number).Ignore();
        }
    }

    /// <summary>Gives the slot back; nothing when none is held.</summary>
    public async Task ReleaseAsync(SlotOutcome outcome)
    {
        if (Lease is not { } lease)
        {
            return;
        }

        (Lease, _returned, ReturnedAt) = (null, lease, services.Time.GetSteadyNow());
        try
        {
            await grains.Queue(lease.GpuId).ReleaseAsync(_ticket, lease, outcome);
        }
        catch (Exception exception) when (CallFaults.MayPass(exception))
        {
            // The queue asks the holders of its slots from time to time, and finds this one free.
            LogReleaseFailed(exception, task, lease.GpuId);
        }
        finally
        {
            _returned = null;
        }
    }

    /// <summary>
    /// Makes sure that the GPU knows of the slot. Its queue may have been made anew on another silo, without its slots: what is on the GPU must be in its books
    /// before it sends more there.
    /// </summary>
    public Task ConfirmAsync() => _confirming.IsCompleted ? _confirming = ConfirmOnceAsync() : _confirming;

    private async Task ConfirmOnceAsync()
    {
        if (Lease is not { } lease)
        {
            return;
        }

        // The next attempt may have one of its own before the queue has answered.
        var ticket = _ticket;
        try
        {
            var queue = grains.Queue(lease.GpuId);
            if (await queue.ConfirmAsync(ticket, lease) || Lease != lease)
            {
                return;
            }

            var adopted = await queue.AdoptAsync(ticket, lease.Address);
            if (Lease == lease)
            {
                Lease = adopted;
            }
            else
            {
                // Given back in the meantime, to a queue that did not know it.
                await queue.ReleaseAsync(ticket, adopted, new SlotOutcome(null, Executed: false));
            }
        }
        catch (Exception exception) when (CallFaults.MayPass(exception))
        {
            LogUnconfirmed(exception, task, lease.GpuId);
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1003, LogLevel.Debug, "{TaskKey}: GPU {GpuId} did not say whether it knows the slot; it is asked again.")]
    private partial void LogUnconfirmed(Exception exception, TaskKey taskKey, GpuId gpuId);

    [LoggerMessage(1002, LogLevel.Debug, "{TaskKey}: GPU {GpuId} did not take its slot back; it will notice.")]
    private partial void LogReleaseFailed(Exception exception, TaskKey taskKey, GpuId gpuId);
}
