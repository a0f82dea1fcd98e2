using System.Collections.Immutable;

using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Tasks;

using Microsoft.Extensions.Logging;

namespace Continuity.Grains.Gpu;

/// <summary>Fills the free slots of a GPU: takes tickets from the pool, and offers the slots to the tasks they are of. Used by one grain, in that grain's turns.</summary>
internal sealed partial class TicketPump(GpuId id, SlotTable slots, GpuDrain drain, FarmGrains grains, Func<GpuStatus> status, TimeProvider time, ILogger<GpuQueueGrain> logger) : IDisposable
{
    private GpuRegistration? _gpu;
    private InstanceProbe? _probe;
    private GpuCaretaker? _caretaker;
    private ITimer? _timer;
    private bool _again;

    /// <summary>Whether the GPU is part of the fleet, so that tickets are taken for it.</summary>
    public bool TakesTickets { get; set; }

    /// <summary>Whether a run is under way.</summary>
    public bool IsRunning { get; private set; }

    public void Dispose() => _timer?.Dispose();

    /// <summary>Follows a change of the GPU's address.</summary>
    public void Watch(GpuRegistration gpu, InstanceProbe probe, GpuCaretaker caretaker) => (_gpu, _probe, _caretaker) = (gpu, probe, caretaker);

    /// <summary>Fills the free slots. Also tells the pool how this GPU is, even when it takes nothing.</summary>
    public async Task RunAsync()
    {
        if (IsRunning || !TakesTickets)
        {
            _again = true;
            return;
        }

        IsRunning = true;
        try
        {
            // A task's grain may answer its grant with a release before this loop goes on: the loop looks again then.
            do
            {
                _again = false;
                while (await TakeAsync() is { Ticket: { } ticket } taken)
                {
                    await slots.WaitForOthersAsync(ticket.Models);
                    await GrantAsync(ticket.Id, ticket.ProfileId, taken.Expected, ticket.Models);
                }
            }
            while (_again);
        }
        catch (Exception exception)
        {
            // Nobody waits for this; the next look at the GPU tries again.
            LogFailed(exception, id);
        }
        finally
        {
            IsRunning = false;
        }
    }

    /// <summary>Looks at the instance anew: something may have been installed, or removed, since the last look.</summary>
    public async Task LookAgainAsync()
    {
        var looks = _probe!.Looks;
        _probe.LookAgain();
        await _probe.RefreshAsync(CancellationToken.None);
        if (_probe.Looks > looks)
        {
            await RunAsync();
        }
    }

    /// <summary>Asks for the slots back, where the GPU is to be emptied.</summary>
    public void AskBack() => drain.AskBack(slots.All.Select(slot => (slot.Ticket.Task, slot.Lease)));

    /// <summary>Offers a slot to a task whose prompt stands in the instance already.</summary>
    public async Task OfferAsync(TicketId ticket)
    {
        if (slots.IsHeldBy(ticket))
        {
            return;
        }

        try
        {
            await GrantAsync(ticket, profileId: null, models: []);
            if (slots.IsHeldBy(ticket))
            {
                _caretaker!.TakenOver(ticket);
                grains.Pool.WithdrawAsync(ticket).Ignore();
            }
        }
        catch (Exception exception) when (CallFaults.MayPass(exception))
        {
            LogFailed(exception, id);
        }
    }

    private async Task<TakeAnswer> TakeAsync()
    {
        while (true)
        {
            var report = slots.Complete(status());
            var answer = await grains.Pool.TakeAsync(report);
            slots.Told(report);
            if (answer.Mode is { } mode && mode != drain.Mode)
            {
                drain.Mode = mode;
                AskBack();
            }

            if (answer.WantsLook)
            {
                _ = LookAgainAsync();
            }

            if (!answer.WantsCapabilities || _probe?.Capabilities is not { } capabilities)
            {
                AskAgain(answer.AskAgainAfter);
                return answer;
            }

            await grains.Pool.DescribeAsync(id, capabilities);
        }
    }

    // The pool stages the next prompt as late as it can, and nothing else happens until then.
    private void AskAgain(TimeSpan? after)
    {
        if (after is not { } wait)
        {
            return;
        }

        var timer = _timer;
        _timer = time.CreateTimer(_ => grains.Queue(id).NudgeAsync().Ignore(), null, wait, Timeout.InfiniteTimeSpan);
        timer?.Dispose();
    }

    private async Task GrantAsync(TicketId ticket, string? profileId, ExpectedTime? expected = null, ImmutableArray<ModelFile> models = default)
    {
        var lease = slots.Give(ticket, profileId, _gpu!.Address, profileId is null ? null : _caretaker!.StallAfter(profileId), expected, models);

        // When no answer comes it may be taken all the same: the slot stays in use until its holder is asked.
        if (await grains.Task(ticket.Task).GrantAsync(ticket, lease))
        {
            slots.Taken(lease);
        }
        else
        {
            slots.Remove(lease);
        }
    }

    [LoggerMessage(2004, LogLevel.Debug, "GPU {GpuId}: the pool or a task did not answer; tried again at the next look.")]
    public partial void LogFailed(Exception exception, GpuId gpuId);
}
