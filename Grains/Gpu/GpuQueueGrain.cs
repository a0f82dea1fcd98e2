using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Engine.Scheduling;
using Continuity.Gpu;
using Continuity.Grains.Gpu.Placement;
using Continuity.Grains.Hosting;
using Continuity.Tasks;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using Orleans.Runtime.Placement;

namespace Continuity.Grains.Gpu;

/// <summary>The slots of one ComfyUI instance. What it knows in memory can be lost at any time: attempts adopt their prompts again, and epochs fence the rest.</summary>
[PlaceBesideGpu]
internal sealed partial class GpuQueueGrain(
    [PersistentState("gpu-epoch")] IPersistentState<GpuEpoch> epoch,
    IComfyConnections connections,
    [PersistentState("gpu-care")] IPersistentState<GpuCareRecord> remembered,
    GpuCareServices care,
    IOptions<ContinuityOptions> options,
    ILocalSiloDetails silo,
    GpuHomes homes,
    Departures departures,
    TimeProvider time,
    ILogger<GpuQueueGrain> logger) : Grain, IGpuQueueGrain, IDisposable
{
    // One prompt executes, one is staged behind it.
    private const int MaxSlots = 2;

    // So many looks at the GPU before its queue goes home: what was just placed away from it is not moved about.
    private const int MoveAfterLooks = 10;

    private static readonly TimeSpan LeaseCheck = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan CatalogueAge = TimeSpan.FromMinutes(5);

    private readonly ContinuityOptions _options = options.Value;
    private SlotTable _slots = null!;
    private GpuRegistration? _registration;
    private InstanceProbe? _probe;
    private GpuDrain? _drain;
    private CircuitBreaker _breaker = CircuitBreaker.Healthy with { FirstPause = options.Value.QuarantinePause };
    private GpuCaretaker? _caretaker;
    private TicketPump _pump = null!;
    private long _completed;
    private long _failed;
    private DateTimeOffset _activatedAt;
    private DateTimeOffset _checkedLeases;

    private bool IsInUse => _pump.TakesTickets && _drain!.Mode == GpuMode.Active;

    private GpuId Id => new(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // Counted before any lease is given, so that no lease of an earlier activation can be taken for one of this.
        epoch.State.Activations++;
        await epoch.WriteStateAsync(cancellationToken);
        _slots = new SlotTable(Id, epoch.State.Activations, care.Grains, time, logger);
        _activatedAt = _checkedLeases = time.GetSteadyNow();
        _drain = new GpuDrain(care.Grains);
        _pump = new TicketPump(Id, _slots, _drain, care.Grains, Status, time, logger);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_caretaker is { } caretaker)
        {
            await caretaker.SaveAsync();
        }
    }

    public void Dispose()
    {
        _caretaker?.Dispose();
        _pump?.Dispose();
    }

    public Task StartAsync(GpuRegistration gpu)
    {
        var isNew = _registration != gpu || !_pump.TakesTickets;
        _pump.TakesTickets = true;
        Watch(gpu);
        if (isNew)
        {
            _ = _pump.RunAsync();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(bool takeBack)
    {
        _pump.TakesTickets = false;
        _drain!.Mode = takeBack ? GpuMode.Draining : _drain.Mode;
        _pump.AskBack();
        return Task.CompletedTask;
    }

    public Task NudgeAsync()
    {
        _ = _pump.RunAsync();
        return Task.CompletedTask;
    }

    public Task RecallAsync(TicketId ticket, string reason)
    {
        // What was before it may have ended meanwhile.
        if (_slots.All.FirstOrDefault(slot => slot.Ticket == ticket) is { } slot && (slot.Lease.Epoch != _slots.All[0].Lease.Epoch || Status().BusyWith is not null))
        {
            care.Grains.Task(ticket.Task).TakeBackAsync(slot.Lease, reason).Ignore();
        }

        return Task.CompletedTask;
    }

    public Task<Lease> AdoptAsync(TicketId ticket, Uri address)
    {
        if (_registration is null)
        {
            Watch(new GpuRegistration(Id, address, this.GetPrimaryKeyString()));
        }

        _slots.Remove(ticket);
        _caretaker!.TakenOver(ticket);
        return Task.FromResult(_slots.Give(ticket, profileId: null, address, stallAfter: null));
    }

    public Task<bool> ConfirmAsync(TicketId ticket, Lease lease) =>
        Task.FromResult(_slots.Of(ticket, lease) is not null);

    public Task PostedAsync(TicketId ticket, Lease lease, double? number)
    {
        if (_slots.Posted(ticket, lease, number))
        {
            // The pool takes the one that was given its slot first for the one that executes, and so does that one's task.
            if (_slots.All[0] is { Lease.IsStaged: true } first && first.Lease.Epoch == lease.Epoch)
            {
                care.Grains.Task(ticket.Task).TellTurnAsync(lease).Ignore();
            }

            _ = _pump.RunAsync();
        }

        return Task.CompletedTask;
    }

    public Task<bool> ReleaseAsync(TicketId ticket, Lease lease, SlotOutcome outcome)
    {
        if (_slots.Of(ticket, lease) is not { } slot)
        {
            LogStaleRelease(lease.GpuId, ticket.Task, lease.Epoch);
            _ = LookAndPumpAsync();
            return Task.FromResult(false);
        }

        var wasFirst = _slots.All[0].Lease.Epoch == lease.Epoch;
        _slots.End(lease, outcome is { Fault: null, Executed: true } ? outcome.Ran : null);
        if (wasFirst && _slots.All is [var next, ..])
        {
            care.Grains.Task(next.Ticket.Task).TellTurnAsync(next.Lease).Ignore();
        }

        _completed += outcome is { Fault: null, Executed: true } ? 1 : 0;
        _failed += outcome.Fault is null or FaultClass.Drained ? 0 : 1;
        var before = _breaker;
        if (outcome.Fault is not null || outcome.Executed)
        {
            _breaker = _breaker.After(outcome.Fault, slot.ProfileId ?? ticket.Task.TaskId, time.GetUtcNow());
        }

        if (_breaker.OpenUntil is { } until && until != before.OpenUntil)
        {
            LogQuarantined(lease.GpuId, until, outcome.Fault ?? FaultClass.Gpu);
        }

        _caretaker!.Released(slot.ProfileId, outcome);
        if (outcome.Fault == FaultClass.OutOfMemory)
        {
            _ = FreeMemoryAsync(lease.Address);
        }
        else if (outcome.Fault == FaultClass.Missing)
        {
            _ = _pump.LookAgainAsync();
        }

        _ = _pump.RunAsync();
        return Task.FromResult(true);
    }

    public Task<string?> WhyStuckAsync() => Task.FromResult(_caretaker?.WhyStuck);

    public Task<GpuView?> GetAsync() => Task.FromResult(_registration is null ? null : new GpuView
    {
        Registration = _registration,
        Status = Status(),
        Holders = [.. _slots.All.Select(slot => slot.Ticket.Task)],
        Device = _probe?.Device ?? "",
        ComfyVersion = _probe?.Version ?? "",
        VramTotal = _probe?.VramTotal ?? 0,
        VramFree = _probe?.VramFree ?? 0,
        Completed = _completed,
        Failed = _failed,
        Mode = _drain!.Mode,
        Silo = silo.Name,
    });

    private void Watch(GpuRegistration gpu)
    {
        if (_probe is null || _registration?.Address != gpu.Address)
        {
            _probe = new InstanceProbe(connections.Get(gpu.Address), time, CatalogueAge);
            _caretaker?.Dispose();
            _caretaker = new GpuCaretaker(gpu, connections.Get(gpu.Address), _probe, new CareMemory(remembered, time), care);
        }

        if (_registration is null)
        {
            this.RegisterGrainTimer(
                TickAsync,
                new GrainTimerCreationOptions { DueTime = TimeSpan.Zero, Period = _options.ProbeInterval, Interleave = true, KeepAlive = true });
        }

        _registration = gpu;
        _pump.Watch(gpu, _probe, _caretaker!);
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        await _probe!.RefreshAsync(cancellationToken);
        // When a silo has gone, slots of its tasks are free; what was on its way to it is known a little later.
        if (departures.SinceLast < SlotTable.Settling * 2 || time.GetSteadyNow() - _checkedLeases > LeaseCheck)
        {
            _checkedLeases = time.GetSteadyNow();
            await _slots.DropAbandonedAsync();
        }

        _pump.AskBack();
        await LookAndPumpAsync(cancellationToken);
        if (_slots.Count == 0 && !_pump.IsRunning)
        {
            // Only while it does nothing: the slots in use are known here alone.
            LeaveOrGoHome();
        }
    }

    private async Task LookAndPumpAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var look = await _caretaker!.LookAsync(() => _slots.All.Select(slot => slot.Ticket), IsInUse, cancellationToken);
            _slots.Follow(_caretaker.Queue);
            if (look.IsNewlyStuck)
            {
                // Once it executes again, one prompt tries it.
                _breaker = _breaker.After(FaultClass.Gpu, "", time.GetUtcNow());
                LogStuck(this.GetPrimaryKeyString(), _caretaker.WhyStuck ?? "");
            }

            // A prompt that was given up in an outage may stand there still: its task's next attempt takes it up without waiting for its turn.
            foreach (var taker in look.Takers)
            {
                await _pump.OfferAsync(taker);
            }
        }
        catch (Exception exception)
        {
            // The store may be out of reach: slots are given out and taken back all the same.
            _pump.LogFailed(exception, Id);
        }

        await _pump.RunAsync();
    }

    private void LeaveOrGoHome()
    {
        if (!_pump.TakesTickets)
        {
            // Not part of the fleet any more.
            DeactivateOnIdle();
        }
        else if (_breaker.OpenUntil is null
            && time.GetSteadyNow() - _activatedAt > _options.ProbeInterval * MoveAfterLooks
            && homes.FindElsewhere(this.GetPrimaryKeyString()) is { } home)
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, home);
            this.MigrateOnIdle();
        }
    }

    private async Task FreeMemoryAsync(Uri address)
    {
        try
        {
            await connections.Get(address).FreeAsync(unloadModels: true, freeMemory: true, CancellationToken.None);
        }
        catch (ComfyException exception)
        {
            LogFreeFailed(exception, this.GetPrimaryKeyString());
        }
    }

    private GpuStatus Status()
    {
        var now = time.GetUtcNow();
        var slots = _breaker.Allowed(now, MaxSlots);
        var health = _probe?.Health ?? GpuHealth.Unknown;
        var problem = _probe?.Problem;
        if (health == GpuHealth.Healthy)
        {
            (health, problem) = (slots == 0 ? GpuHealth.Quarantined : health, _breaker.Problem(now));
        }

        var status = new GpuStatus
        {
            Id = Id,
            Health = _pump.TakesTickets ? health : GpuHealth.Unknown,
            Problem = problem,
            SlotsUsed = _slots.Count,
            Slots = slots,
            Capabilities = _probe?.Capabilities?.Version ?? "",
            Looks = _probe?.Looks ?? 0,
            Mode = _drain!.Mode,
        };
        return _caretaker?.Complete(status) ?? status;
    }

    [LoggerMessage(2001, LogLevel.Warning, "GPU {GpuId} is kept away from work until {Until:HH:mm:ss} after a fault of class {Fault}.")]
    private partial void LogQuarantined(GpuId gpuId, DateTimeOffset until, FaultClass fault);

    [LoggerMessage(2002, LogLevel.Warning, "GPU {GpuId}: {TaskKey} returned a slot of the old epoch {Epoch}; ignored.")]
    private partial void LogStaleRelease(GpuId gpuId, TaskKey taskKey, long epoch);

    [LoggerMessage(2006, LogLevel.Error, "GPU {GpuId} is kept away from work: {Problem}")]
    private partial void LogStuck(string gpuId, string problem);

    [LoggerMessage(2005, LogLevel.Debug, "GPU {GpuId} did not free its memory.")]
    private partial void LogFreeFailed(Exception exception, string gpuId);
}
