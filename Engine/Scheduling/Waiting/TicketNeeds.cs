using System.Collections.Immutable;

using Continuity.Gpu;

namespace Continuity.Engine.Scheduling.Waiting;

/// <summary>What the choice of a GPU depends on: tickets of the same needs differ by whose they are and how long they wait alone.</summary>
internal sealed class TicketNeeds : IEquatable<TicketNeeds>
{
    private readonly int _hash;

    public TicketNeeds(Ticket ticket)
    {
        Ticket = ticket;
        var hash = default(HashCode);
        hash.Add(ticket.Tier);
        hash.Add(ticket.ProfileId, StringComparer.Ordinal);
        hash.Add(ticket.Size, StringComparer.Ordinal);
        hash.Add(ticket.MinVram);
        hash.Add(ticket.NodeClasses.Length);
        foreach (var model in ticket.Models)
        {
            hash.Add(model.FileName, StringComparer.Ordinal);
        }

        hash.Add(ticket.ExcludedGpus.Length);
        _hash = hash.ToHashCode();
    }

    /// <summary>One of them.</summary>
    public Ticket Ticket { get; }

    public int Tier => Ticket.Tier;

    public bool Equals(TicketNeeds? other) => other is not null
        && _hash == other._hash
        && Ticket.Tier == other.Ticket.Tier
        && Ticket.ProfileId == other.Ticket.ProfileId
        && Ticket.Size == other.Ticket.Size
        && Ticket.MinVram == other.Ticket.MinVram
        && Same(Ticket.Models, other.Ticket.Models)
        && Same(Ticket.NodeClasses, other.Ticket.NodeClasses)
        && Same(Ticket.ExcludedGpus, other.Ticket.ExcludedGpus);

    public override bool Equals(object? obj) => Equals(obj as TicketNeeds);

    public override int GetHashCode() => _hash;

    private static bool Same<T>(ImmutableArray<T> one, ImmutableArray<T> other)
        where T : IEquatable<T> => one == other || one.AsSpan().SequenceEqual(other.AsSpan());
}
