using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Engine.Faults;
using Continuity.Gpu;
using Continuity.Grains.Hosting;

namespace Continuity.Grains.Gpu;

/// <summary>Looks after one ComfyUI, beside its slots: what stands in its queue, whether it works that off, and what has to go.</summary>
internal sealed class GpuCaretaker : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ContinuityOptions _options;
    private readonly GpuCareServices _services;
    private readonly UnwantedPrompts _unwanted;
    private readonly QueueWatch _queue;
    private WorkerHealth _worker = WorkerHealth.Good;
    private bool _looking;

    public GpuCaretaker(GpuId gpu, IComfyClient client, GpuCareServices services)
    {
        _services = services;
        _options = services.Options.Value;
        _unwanted = new UnwantedPrompts(gpu, client, services);
        _queue = new QueueWatch(client, _unwanted, services);
    }

    private DateTimeOffset Now => _services.Time.GetUtcNow();

    /// <summary>Why it executes nothing any more, in words; null when nothing is known against it.</summary>
    public string? WhyStuck => _worker.Problem(Now, _options.StartLimit);

    /// <summary>Looks at the queue of an instance that answers.</summary>
    /// <param name="answers">Whether the instance answered just now.</param>
    /// <param name="holders">The attempts that hold slots now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The attempts that would take up a prompt that stands there, if they were given a slot.</returns>
    public async Task<ImmutableArray<TicketId>> LookAsync(bool answers, Func<IEnumerable<TicketId>> holders, CancellationToken cancellationToken)
    {
        if (!answers)
        {
            _queue.Forget();
            return [];
        }

        if (_looking)
        {
            return [];
        }

        _looking = true;
        try
        {
            var takers = await _queue.LookAsync(holders, cancellationToken);
            if (_unwanted.Unstoppable is { } prompt)
            {
                _worker = _worker.CannotStop(prompt, Now);
            }

            _worker = _worker.After(_queue.Queue, Now);
            _unwanted.Remove(_queue.Queue, _stop.Token);
            return takers;
        }
        catch (ComfyException)
        {
            // The probe tells people; until the next look nothing is known.
            _queue.Forget();
            return [];
        }
        finally
        {
            _looking = false;
        }
    }

    /// <summary>A slot was given to an attempt that takes over what stands there of its task.</summary>
    public void TakenOver(TicketId ticket) => _queue.TakenOver(ticket);

    /// <summary>A slot was given back.</summary>
    public void Released(SlotOutcome outcome)
    {
        if (outcome.StuckPromptId is { } prompt)
        {
            _worker = _worker.CannotStop(prompt, Now);
        }
    }

    /// <summary>Adds what is known here to what the slots and the breaker say.</summary>
    public GpuStatus Complete(GpuStatus status)
    {
        status = status with { SlotsUsed = status.SlotsUsed + _queue.Slots, BusyWith = _queue.Unheld.Reason, Left = _queue.Own };
        if (status.Health is not (GpuHealth.Healthy or GpuHealth.Quarantined))
        {
            return status;
        }

        return (WhyStuck, _queue.Known) switch
        {
            ({ } problem, _) => status with { Health = GpuHealth.Quarantined, Slots = 0, Problem = problem },
            (null, false) => status with { Health = GpuHealth.Unknown },
            _ => status,
        };
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
