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

    /// <summary>Since when younger tickets of the pipeline have gone before the first; infinite when none has.</summary>
    public double PassedSince { get; set; } = double.PositiveInfinity;

    public void Add(Ticket ticket) => _tickets.Add(ticket);

    public void Remove(Ticket ticket) => _tickets.Remove(ticket);

    /// <summary>How many of them go before a ticket.</summary>
    public int Before(Ticket ticket) => _tickets.Before(ticket);
}
