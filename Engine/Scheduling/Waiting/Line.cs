using Continuity.Gpu;

namespace Continuity.Engine.Scheduling.Waiting;

/// <summary>The waiting tickets of one pipeline in one group, the oldest first.</summary>
internal sealed class Line(TicketGroup group, PipelineShare share)
{
    private readonly TicketList _tickets = new();

    public TicketGroup Group => group;

    public PipelineShare Share => share;

    public int Count => _tickets.Count;

    /// <summary>The one that waits longest.</summary>
    public Ticket First => _tickets.First;

    /// <summary>The one that came last.</summary>
    public Ticket Last => _tickets.Last;

    /// <summary>Since when younger tickets of the pipeline have gone before the first; infinite when none has.</summary>
    public double PassedSince { get; set; } = double.PositiveInfinity;

    /// <summary>How many of its tickets younger ones of the pipeline have gone before.</summary>
    public int PassedCount { get; private set; }

    public void Add(Ticket ticket)
    {
        _tickets.Add(ticket);
        Follow(ticket, 1);
    }

    public void Remove(Ticket ticket)
    {
        _tickets.Remove(ticket);
        Follow(ticket, -1);
    }

    /// <summary>The youngest ticket that went is another: those between it and the one before it were passed over.</summary>
    public void Pass(Ticket? before, Ticket newest)
    {
        CountPassed(Before(newest) - (before is null ? 0 : Before(before)));
    }

    /// <summary>How many of them go before a ticket.</summary>
    public int Before(Ticket ticket) => _tickets.Before(ticket);

    private void Follow(Ticket ticket, int step)
    {
        if (share.Newest is { } newest && TicketOrder.Instance.Compare(ticket, newest) < 0)
        {
            CountPassed(step);
        }
    }

    private void CountPassed(int more)
    {
        PassedCount += more;
        group.PassedCount += more;
    }
}
