using Continuity.Gpu;

namespace Continuity.Engine.Scheduling.Waiting;

/// <summary>The waiting tickets of the same needs: whichever of them goes, a GPU has the same to load and to do.</summary>
internal sealed class TicketGroup(TicketNeeds needs)
{
    private readonly Dictionary<OwnerShare, SortedSet<Line>> _lines = [];
    private readonly SortedSet<OwnerShare> _owners = new(ShareOrder.Instance);
    private readonly SortedSet<Line> _passed = new(PassedOrder.Instance);

    public TicketNeeds Needs => needs;

    public Ticket Sample => needs.Ticket;

    public string Work { get; } = needs.Ticket.Work;

    /// <summary>How many wait.</summary>
    public int Count { get; set; }

    /// <summary>How many of them younger ones of their pipeline have gone before.</summary>
    public int PassedCount { get; set; }

    /// <summary>What the GPUs that hold its files could do of it; see <see cref="Service"/>.</summary>
    public Service Service { get; } = new();

    /// <summary>When the last of them will be done, worked out at some time for so many.</summary>
    public (double At, int Count, double Last)? LastDone { get; set; }

    /// <summary>When a GPU began with it because it had been passed over for long.</summary>
    public double JoinedAt { get; set; } = double.NegativeInfinity;

    /// <summary>Since when the longest passed over has been; infinite when none is.</summary>
    public double PassedSince => _passed.Min is { } line ? line.PassedSince : double.PositiveInfinity;

    /// <summary>The line that a fair share gives the next turn.</summary>
    /// <param name="isOut">Which lines are left out.</param>
    public Line? Fair(Func<Line, bool> isOut)
    {
        foreach (var owner in _owners)
        {
            foreach (var line in _lines[owner])
            {
                if (!isOut(line))
                {
                    return line;
                }
            }
        }

        return null;
    }

    /// <summary>The lines, of those that got least first.</summary>
    public IEnumerable<Line> Lines => _owners.SelectMany(owner => _lines[owner]);

    /// <summary>The ticket that was passed over longest.</summary>
    public Line? Passed => _passed.Min;

    /// <summary>The shares of an owner's pipelines of which tickets wait here, those that got least first.</summary>
    public IEnumerable<PipelineShare> SharesOf(OwnerShare owner) => _lines.TryGetValue(owner, out var lines) ? lines.Take(1).Select(line => line.Share) : [];

    /// <summary>Puts a line where its share and its first ticket belong. Before either changes, the line is taken out.</summary>
    public void Attach(Line line)
    {
        var owner = line.Share.Owner;
        if (!_lines.TryGetValue(owner, out var lines))
        {
            _lines[owner] = lines = new SortedSet<Line>(LineOrder.Instance);
            _owners.Add(owner);
            owner.Groups.Add(this);
        }

        lines.Add(line);
        if (!double.IsPositiveInfinity(line.PassedSince))
        {
            _passed.Add(line);
        }
    }

    /// <summary>Takes a line out.</summary>
    public void Detach(Line line)
    {
        var lines = _lines[line.Share.Owner];
        lines.Remove(line);
        _passed.Remove(line);
        if (lines.Count == 0)
        {
            _lines.Remove(line.Share.Owner);
            _owners.Remove(line.Share.Owner);
            line.Share.Owner.Groups.Remove(this);
        }
    }

    /// <summary>Before an owner's share changes.</summary>
    public void Detach(OwnerShare owner) => _owners.Remove(owner);

    /// <summary>After an owner's share changed.</summary>
    public void Attach(OwnerShare owner) => _owners.Add(owner);

    /// <summary>The line of a pipeline becomes passed over.</summary>
    public void Pass(Line line, double since)
    {
        _passed.Remove(line);
        line.PassedSince = since;
        _passed.Add(line);
    }

    private sealed class LineOrder : IComparer<Line>
    {
        public static readonly LineOrder Instance = new();

        public int Compare(Line? x, Line? y) => ShareOrder.Instance.Compare(x!.Share, y!.Share);
    }

    private sealed class PassedOrder : IComparer<Line>
    {
        public static readonly PassedOrder Instance = new();

        public int Compare(Line? x, Line? y)
        {
            var bySince = x!.PassedSince.CompareTo(y!.PassedSince);
            return bySince != 0 ? bySince : string.CompareOrdinal(x.Share.Id, y.Share.Id);
        }
    }
}
