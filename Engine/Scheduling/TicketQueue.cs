using System.Collections.Immutable;

using Continuity.Gpu;
using Continuity.Tasks;

namespace Continuity.Engine.Scheduling;

/// <summary>
/// The waiting tickets and the choice which of them a GPU gets: higher tier first, then first come, first served. Deterministic; has no clock of its own.
/// </summary>
public sealed class TicketQueue : ITicketQueue
{
    private readonly Dictionary<TicketId, Ticket> _byId = [];
    private readonly SortedSet<Ticket> _ordered = new(TicketOrder.Instance);

    /// <inheritdoc/>
    public int Count => _byId.Count;

    /// <inheritdoc/>
    public bool Add(Ticket ticket)
    {
        if (!_byId.TryAdd(ticket.Id, ticket))
        {
            return false;
        }

        _ordered.Add(ticket);
        return true;
    }

    /// <inheritdoc/>
    public bool Remove(TicketId id) => _byId.Remove(id, out var ticket) && _ordered.Remove(ticket);

    /// <inheritdoc/>
    public Ticket? Take(FleetGpu gpu, IReadOnlyCollection<FleetGpu> fleet)
    {
        if (!gpu.Works || gpu.Status.SlotsUsed >= gpu.Status.Slots)
        {
            return null;
        }

        // A ticket is staged behind a running prompt only when it would otherwise wait anyway: an idle GPU that could take it goes first.
        var idle = gpu.Status.SlotsUsed == 0 ? [] : fleet.Where(other => other.Id != gpu.Id && other.Works && other.Status.SlotsUsed == 0).ToList();
        foreach (var ticket in _ordered)
        {
            if (Eligibility.Of(ticket, gpu, fleet) != Eligibility.Fit.Yes)
            {
                continue;
            }

            var taker = idle.FindIndex(other => Eligibility.Of(ticket, other, fleet) == Eligibility.Fit.Yes);
            if (taker >= 0)
            {
                idle.RemoveAt(taker);
                continue;
            }

            Remove(ticket.Id);
            return ticket;
        }

        return null;
    }

    /// <inheritdoc/>
    public IEnumerable<Ticket> InOrder() => _ordered;

    private sealed class TicketOrder : IComparer<Ticket>
    {
        public static readonly TicketOrder Instance = new();

        public int Compare(Ticket? x, Ticket? y)
        {
            if (x is null || y is null)
            {
                return Comparer<bool>.Default.Compare(x is not null, y is not null);
            }

            var byTier = y.Priority.CompareTo(x.Priority);
            var byWait = byTier != 0 ? byTier : x.WaitingSince.CompareTo(y.WaitingSince);
            var byAge = byWait != 0 ? byWait : x.PipelineCreatedAt.CompareTo(y.PipelineCreatedAt);
            var byOrder = byAge != 0 ? byAge : x.Order.CompareTo(y.Order);
            var byKey = byOrder != 0 ? byOrder : string.CompareOrdinal(x.Id.Task.ToString(), y.Id.Task.ToString());
            return byKey != 0 ? byKey : x.Id.Attempt.CompareTo(y.Id.Attempt);
        }
    }
}

/// <summary>A policy for the waiting tickets of a pool.</summary>
public interface ITicketQueue
{
    /// <summary>How many tickets wait.</summary>
    int Count { get; }

    /// <summary>Puts a ticket in.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <returns><see langword="false"/> when it waits already and keeps its place.</returns>
    bool Add(Ticket ticket);

    /// <summary>Takes a ticket out.</summary>
    /// <param name="id">The ticket.</param>
    /// <returns>Whether it was there.</returns>
    bool Remove(TicketId id);

    /// <summary>Chooses the next ticket for a GPU with a free slot, and takes it out.</summary>
    /// <param name="gpu">The GPU that asks.</param>
    /// <param name="fleet">Every GPU of the pool, the asking one included.</param>
    /// <returns>The ticket, or <see langword="null"/> when none should go there now.</returns>
    Ticket? Take(FleetGpu gpu, IReadOnlyCollection<FleetGpu> fleet);

    /// <summary>The waiting tickets, the next one first.</summary>
    /// <returns>The tickets.</returns>
    IEnumerable<Ticket> InOrder();
}
