using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Engine.Faults;
using Continuity.Gpu;
using Continuity.Grains.Hosting;

namespace Continuity.Grains.Gpu;

/// <summary>Looks after one ComfyUI, beside its slots: what stands in its queue, whether it works that off, what has to go, and when it is to be made anew.</summary>
internal sealed class GpuCaretaker : IDisposable
{
    // A queue that somebody filled with hundreds of workflows is megabytes long: looking at it may take so much of the time, and no more.
    private const int PauseFactor = 10;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly ContinuityOptions _options;
    private readonly InstanceProbe _probe;
    private readonly TimeProvider _time;
    private readonly CareMemory _memory;
    private readonly UnwantedPrompts _unwanted;
    private readonly QueueWatch _queue;
    private readonly GpuRestarter _restarter;
    private readonly GpuRecycler _recycler;
    private WorkerHealth _worker = WorkerHealth.Good;
    private DateTimeOffset? _unreachableSince;
    private DateTimeOffset _nextLook;
    private Task _restart = Task.CompletedTask;
    private bool _looking;

    public GpuCaretaker(GpuRegistration gpu, IComfyClient client, InstanceProbe probe, CareMemory memory, GpuCareServices services)
    {
        (_options, _time, _probe, _memory) = (services.Options.Value, services.Time, probe, memory);
        var care = _options.CareFor(gpu.Id);
        _unwanted = new UnwantedPrompts(gpu.Id, client, services);
        _queue = new QueueWatch(client, _unwanted, services);
        _restarter = new GpuRestarter(gpu, services, care);
        _recycler = new GpuRecycler(gpu.Id, client, memory, care.Recycling, services);
    }

    private DateTimeOffset Now => _time.GetSteadyNow();

    /// <summary>Why it executes nothing any more, in words; null when nothing is known against it.</summary>
    public string? WhyStuck => _worker.Problem(Now, _options.StartLimit);

    /// <summary>How long a prompt of a workflow may execute there without a sign of progress.</summary>
    public TimeSpan StallAfter(string profileId) => _memory.StallAfter(profileId, new StallLimit(_options.StallFloor, _options.StallTimeout, _options.StallFactor));

    /// <summary>Looks at the instance, after the probe did.</summary>
    /// <param name="holders">The attempts that hold slots now.</param>
    /// <param name="isInUse">Whether operators want it to work: what they took out of work is not restarted under their hands.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What came out.</returns>
    public async Task<CareReport> LookAsync(Func<IEnumerable<TicketId>> holders, bool isInUse, CancellationToken cancellationToken)
    {
        if (_looking || (_queue.Known && Now < _nextLook && _probe.Health == GpuHealth.Healthy))
        {
            return CareReport.Nothing;
        }

        _looking = true;
        try
        {
            await _memory.SaveInTimeAsync();
            if (_probe.Health != GpuHealth.Healthy)
            {
                LookFromAfar(isInUse);
                return CareReport.Nothing;
            }

            _unreachableSince = null;
            var wasStuck = WhyStuck is not null;
            var takers = await LookAtQueueAsync(holders, cancellationToken);
            if (_unwanted.Unstoppable is { } prompt)
            {
                _worker = _worker.CannotStop(prompt, Now);
            }

            _worker = _worker.After(_queue.Queue, Now);
            _unwanted.Remove(_queue.Queue, _stop.Token);
            if (isInUse)
            {
                await MakeAnewAsync(!holders().Any(), cancellationToken);
            }

            return new CareReport(takers, IsNewlyStuck: !wasStuck && WhyStuck is not null);
        }
        catch (ComfyException)
        {
            // The probe tells people; until the next look nothing is known.
            _queue.Forget();
            return CareReport.Nothing;
        }
        finally
        {
            _looking = false;
        }
    }

    /// <summary>What stood in the instance's queue at the last look.</summary>
    public ImmutableArray<QueuedWork> Queue => _queue.Queue;

    /// <summary>A slot was given to an attempt that takes over what stands there of its task.</summary>
    public void TakenOver(TicketId ticket) => _queue.TakenOver(ticket);

    /// <summary>A slot was given back.</summary>
    /// <param name="profileId">The workflow profile; null when it is not known.</param>
    /// <param name="outcome">How its use ended.</param>
    public void Released(string? profileId, SlotOutcome outcome)
    {
        if (outcome is { Fault: null, Executed: true })
        {
            _memory.Executed(profileId, outcome.LongestSilence);
            _restarter.Worked();
        }

        if (outcome.StuckPromptId is { } prompt)
        {
            _worker = _worker.CannotStop(prompt, Now);
        }
    }

    /// <summary>Adds what is known here to what the slots and the breaker say.</summary>
    public GpuStatus Complete(GpuStatus status)
    {
        status = status with { SlotsUsed = status.SlotsUsed + _queue.Slots, BusyWith = _queue.Unheld.Reason, Left = _queue.Own };
        var result = _restarter.Result is { } last ? $" ({last})" : "";
        if (_restarter.Running is { } reason)
        {
            return status with { Health = GpuHealth.Quarantined, Slots = 0, Problem = $"its ComfyUI is being restarted, as {reason}" };
        }

        return status.Health switch
        {
            GpuHealth.Unreachable => status with { Problem = status.Problem + result },
            GpuHealth.Unknown => status,
            _ when WhyStuck is { } stuck => status with { Health = GpuHealth.Quarantined, Slots = 0, Problem = stuck + result },
            _ when !_queue.Known => status with { Health = GpuHealth.Unknown },
            _ when _recycler.Problem is { } recycling => status with { Health = GpuHealth.Quarantined, Slots = 0, Problem = recycling },
            _ => status,
        };
    }

    public Task SaveAsync() => _memory.SaveAsync();

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task<ImmutableArray<TicketId>> LookAtQueueAsync(Func<IEnumerable<TicketId>> holders, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        var takers = await _queue.LookAsync(holders, cancellationToken);
        var pause = _time.GetElapsedTime(start) * PauseFactor;
        _nextLook = Now + (pause < LongestPause ? pause : LongestPause);
        return takers;
    }

    private void LookFromAfar(bool isInUse)
    {
        _queue.Forget();
        _unreachableSince = _probe.Health == GpuHealth.Unreachable && isInUse ? _unreachableSince ?? Now : null;
        if (_unreachableSince is not null)
        {
            Restart(new RestartSigns(null, _unreachableSince, null, IsIdle: false));
        }
    }

    private async Task MakeAnewAsync(bool areSlotsFree, CancellationToken cancellationToken)
    {
        var isOwnDone = areSlotsFree && _queue.Unheld.Own.IsEmpty;
        var isEmpty = areSlotsFree && _queue.Queue.IsEmpty;
        var idle = isEmpty ? _probe.Free : null;
        Restart(new RestartSigns(_worker.StoppedSince(Now, _options.StartLimit), null, _recycler.WhyRestart(idle), isEmpty));
        if (_recycler.IsFreed && isOwnDone)
        {
            // Restarted or not: where others are at work there, or there is no command, freed memory must do.
            _recycler.Done();
        }
        else if (_restart.IsCompleted)
        {
            await _recycler.LookAsync(isOwnDone, idle, cancellationToken);
        }
    }

    private void Restart(RestartSigns signs)
    {
        if (_restart.IsCompleted && _restarter.Due(signs) is { } reason)
        {
            _restart = RestartAsync(reason);
        }
    }

    private async Task RestartAsync(string reason)
    {
        await _restarter.RestartAsync(reason);

        // What was known of it was true of the instance before this one.
        _probe.Forget();
        _queue.Forget();
        _memory.Emptied();
        _unreachableSince = null;
    }
}

/// <summary>What a look at an instance came to.</summary>
/// <param name="Takers">The attempts that would take up a prompt that stands there, if they were given a slot.</param>
/// <param name="IsNewlyStuck">Whether it turned out to execute nothing any more.</param>
internal sealed record CareReport(ImmutableArray<TicketId> Takers, bool IsNewlyStuck)
{
    public static CareReport Nothing { get; } = new([], IsNewlyStuck: false);
}
