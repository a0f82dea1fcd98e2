using System.Collections.Immutable;

using Continuity.Engine.Scheduling;
using Continuity.Gpu;

namespace Continuity.Grains.Gpu;

/// <summary>The waiting tickets and the fleet. It holds nothing durable: attempts put their tickets in again when it is made anew.</summary>
internal sealed class GpuPoolGrain(TimeProvider time) : Grain, IGpuPoolGrain
{
    // A silo that starts registers its GPUs one after the other: nothing is called impossible before they had the time.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);


    private readonly SortedDictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly TicketQueue _tickets = new();
    private DateTimeOffset _fleetChangedAt = time.GetUtcNow();

    public async Task RegisterAsync(GpuRegistration gpu)
    {
        if (!_members.TryGetValue(gpu.Id.Value, out var member))
        {
            _members[gpu.Id.Value] = new Member(gpu, new GpuStatus { Id = gpu.Id });
            _fleetChangedAt = time.GetUtcNow();
        }
        else
        {
            member.Registration = gpu;
        }

        await GrainFactory.GetGrain<IGpuQueueGrain>(gpu.Id.Value).StartAsync(gpu);
    }

    public async Task UnregisterAsync(GpuId gpu)
    {
        if (_members.Remove(gpu.Value))
        {
            await GrainFactory.GetGrain<IGpuQueueGrain>(gpu.Value).StopAsync();
        }
    }

    public Task<TicketAnswer> RequestAsync(Ticket ticket)
    {
        var fleet = Fleet();
        if (Eligibility.WhyImpossible(ticket, fleet) is { } impossible && time.GetUtcNow() - _fleetChangedAt > Settling)
        {
            _tickets.Remove(ticket.Id);
            return Task.FromResult(new TicketAnswer(impossible, Impossible: true));
        }

        var ahead = _tickets.Count;
        if (_tickets.Add(ticket))
        {
            Nudge();
        }

        return Task.FromResult(new TicketAnswer(Eligibility.WhyWaiting(ticket, fleet, ahead), Impossible: false));
    }

    public Task WithdrawAsync(TicketId ticket)
    {
        _tickets.Remove(ticket);
        return Task.CompletedTask;
    }

    public Task<Ticket?> TakeAsync(GpuStatus status)
    {
        if (!_members.TryGetValue(status.Id.Value, out var member))
        {
            return Task.FromResult<Ticket?>(null);
        }

        var changed = member.Status.Health != status.Health;
        member.Nudged = false;
        member.Status = status;
        var ticket = _tickets.Take(status, Fleet());
        if (ticket is not null)
        {
            member.Status = status with { SlotsUsed = status.SlotsUsed + 1 };
        }

        if (changed)
        {
            // Tickets that were kept for this GPU, or kept away from it, may go elsewhere now.
            Nudge();
        }

        return Task.FromResult(ticket);
    }

    public async Task<ImmutableArray<GpuView>> GetGpusAsync()
    {
        var views = await Task.WhenAll(_members.Values.Select(member => GrainFactory.GetGrain<IGpuQueueGrain>(member.Registration.Id.Value).GetAsync()));
        return [.. views.OfType<GpuView>()];
    }

    public Task<ImmutableArray<WaitingTicket>> GetWaitingAsync(int limit)
    {
        var fleet = Fleet();
        return Task.FromResult<ImmutableArray<WaitingTicket>>(
            [.. _tickets.InOrder().Take(Math.Clamp(limit, 1, 10_000)).Select((ticket, ahead) => new WaitingTicket(ticket, Eligibility.WhyWaiting(ticket, fleet, ahead)))]);
    }

    private List<GpuStatus> Fleet() => [.. _members.Values.Select(member => member.Status)];

    // Queues ask for tickets themselves when a slot becomes free; they are only told when there was nothing to have before.
    private void Nudge()
    {
        foreach (var member in _members.Values)
        {
            if (!member.Nudged && member.Status.Health is GpuHealth.Healthy or GpuHealth.Unknown && member.Status.SlotsUsed < member.Status.Slots)
            {
                member.Nudged = true;
                GrainFactory.GetGrain<IGpuQueueGrain>(member.Registration.Id.Value).NudgeAsync().Ignore();
            }
        }
    }

    private sealed class Member(GpuRegistration registration, GpuStatus status)
    {
        public GpuRegistration Registration { get; set; } = registration;

        public GpuStatus Status { get; set; } = status;

        public bool Nudged { get; set; }
    }
}
