using Continuity.Gpu;
using Continuity.Pipelines;

namespace Continuity.Engine.Scheduling.Waiting;

/// <summary>The waiting tickets: by what they need, by whose they are, and by how long they were passed over. All of it costs the logarithm of what waits.</summary>
internal sealed class WaitingTickets
{
    // Groups without a ticket are kept for the next one, up to so many.
    private const int MostGroups = 256;

    // What pipelines and owners got is remembered for when they come again, of so many.
    private const int MostPipelines = 4096;

    private readonly Dictionary<TicketId, (Ticket Ticket, Line Line)> _byId = [];
    private readonly Dictionary<TicketNeeds, TicketGroup> _groups = [];
    private readonly Dictionary<string, OwnerShare> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<PipelineId, PipelineShare> _pipelines = [];
    private readonly SortedSet<OwnerShare> _waitingOwners = new(ShareOrder.Instance);
    private readonly SortedDictionary<int, TicketList> _tiers = [];

    public int Count => _byId.Count;

    /// <summary>How many owners have tickets that wait.</summary>
    public int Owners => _waitingOwners.Count;

    /// <summary>How many pipelines have tickets that wait.</summary>
    public int Pipelines { get; private set; }

    /// <summary>The groups, those without a ticket included.</summary>
    public IReadOnlyCollection<TicketGroup> Groups => _groups.Values;

    /// <summary>Told of a group that is new, and of one that is gone.</summary>
    public required Action<TicketGroup> Appeared { get; init; }

    public required Action<TicketGroup> Disappeared { get; init; }

    /// <summary>Higher tiers first, then who waits longer.</summary>
    public IEnumerable<Ticket> InOrder => _tiers.Reverse().SelectMany(tier => tier.Value.All);

    public (Ticket Ticket, Line Line)? Find(TicketId id) => _byId.TryGetValue(id, out var entry) ? entry : null;

    /// <summary>How many wait in a tier.</summary>
    public int CountOf(int tier) => _tiers.TryGetValue(tier, out var tickets) ? tickets.Count : 0;

    /// <summary>How many tickets go before one: of higher tiers, and of its own.</summary>
    public (int Higher, int Own) Before(Ticket ticket)
    {
        var (higher, own) = (0, 0);
        foreach (var (number, tier) in _tiers)
        {
            higher += number > ticket.Tier ? tier.Count : 0;
            own += number == ticket.Tier ? tier.Before(ticket) : 0;
        }

        return (higher, own);
    }

    /// <summary>The share of a pipeline that is known.</summary>
    public PipelineShare? ShareOf(PipelineId pipeline) => _pipelines.GetValueOrDefault(pipeline);

    /// <summary>The group of tickets that need the same as one that does not wait.</summary>
    public TicketGroup? GroupLike(Ticket ticket) => _groups.GetValueOrDefault(new TicketNeeds(ticket));

    public TicketGroup? GroupOf(TicketId id) => _byId.TryGetValue(id, out var entry) ? entry.Line.Group : null;

    public bool Add(Ticket ticket)
    {
        if (_byId.TryGetValue(ticket.Id, out var known))
        {
            if (known.Ticket.Tier == ticket.Tier)
            {
                return false;
            }

            Remove(ticket.Id);
            ticket = ticket with { WaitingSince = known.Ticket.WaitingSince };
        }

        var share = Share(ticket);
        var group = Group(ticket);
        var line = share.Lines.Find(line => line.Group == group);
        if (line is null)
        {
            share.Lines.Add(line = new Line(group, share));
        }
        else
        {
            group.Detach(line);
        }

        Welcome(share);
        line.Add(ticket);
        line.PassedSince = share.PassedSince(line.First) ?? double.PositiveInfinity;
        group.Attach(line);
        group.Count++;
        Tier(ticket).Add(ticket);
        _byId[ticket.Id] = (ticket, line);
        return true;
    }

    /// <summary>Takes a ticket out that is not wanted any more.</summary>
    public bool Remove(TicketId id)
    {
        if (!_byId.Remove(id, out var entry))
        {
            return false;
        }

        Remove(entry.Ticket, entry.Line);
        Leave(entry.Line.Share);
        return true;
    }

    /// <summary>Takes a ticket out that a GPU gets: younger ones of its pipeline do not pass it over any more, older ones are passed over by it.</summary>
    public PipelineShare Take(Ticket ticket, double now)
    {
        _byId.Remove(ticket.Id, out var entry);
        var share = entry.Line.Share;
        share.Took(ticket, now);
        Remove(ticket, entry.Line);
        foreach (var line in share.Lines)
        {
            if (double.IsPositiveInfinity(line.PassedSince) && TicketOrder.Instance.Compare(line.First, ticket) < 0)
            {
                line.Group.Pass(line, now);
            }
        }

        Leave(share);
        return share;
    }

    /// <summary>A share got GPU time, or less than was thought.</summary>
    public void Charge(PipelineShare share, double seconds)
    {
        var owner = share.Owner;
        foreach (var line in share.Lines)
        {
            line.Group.Detach(line);
        }

        foreach (var group in owner.Groups)
        {
            group.Detach(owner);
        }

        var waits = _waitingOwners.Remove(owner);
        share.Served += seconds;
        owner.Served += seconds;
        if (waits)
        {
            _waitingOwners.Add(owner);
        }

        foreach (var group in owner.Groups)
        {
            group.Attach(owner);
        }

        foreach (var line in share.Lines)
        {
            line.Group.Attach(line);
        }
    }

    private void Remove(Ticket ticket, Line line)
    {
        var group = line.Group;
        group.Detach(line);
        group.Count--;
        Tier(ticket).Remove(ticket);
        line.Remove(ticket);
        if (line.Count == 0)
        {
            line.Share.Lines.Remove(line);
        }
        else
        {
            line.PassedSince = line.Share.PassedSince(line.First) ?? double.PositiveInfinity;
            group.Attach(line);
        }
    }

    // Whoever comes, or comes again, has no claim to what was given out while it wanted nothing.
    private void Welcome(PipelineShare share)
    {
        var owner = share.Owner;
        if (owner.Waiting++ == 0)
        {
            owner.Served = Math.Max(owner.Served, _waitingOwners.Min?.Served ?? 0);
            _waitingOwners.Add(owner);
        }

        if (share.Waiting++ == 0)
        {
            Pipelines++;
            var others = owner.Groups.SelectMany(group => group.SharesOf(owner)).Select(other => other.Served).DefaultIfEmpty(0).Min();
            share.Served = Math.Max(share.Served, others);
        }
    }

    private void Leave(PipelineShare share)
    {
        if (--share.Owner.Waiting == 0)
        {
            _waitingOwners.Remove(share.Owner);
        }

        Pipelines -= --share.Waiting == 0 ? 1 : 0;
    }

    private TicketList Tier(Ticket ticket)
    {
        if (!_tiers.TryGetValue(ticket.Tier, out var tier))
        {
            _tiers[ticket.Tier] = tier = new TicketList();
        }

        return tier;
    }

    private PipelineShare Share(Ticket ticket)
    {
        var pipeline = ticket.Id.Task.Pipeline;
        if (_pipelines.TryGetValue(pipeline, out var share))
        {
            return share;
        }

        if (_pipelines.Count >= MostPipelines)
        {
            ForgetThoseThatWantNothing();
        }

        var name = !string.IsNullOrEmpty(ticket.Owner) ? $"owner {ticket.Owner}" : $"pipeline {pipeline.Value}";
        if (!_owners.TryGetValue(name, out var owner))
        {
            _owners[name] = owner = new OwnerShare(name);
        }

        return _pipelines[pipeline] = new PipelineShare(pipeline, owner);
    }

    private void ForgetThoseThatWantNothing()
    {
        foreach (var (id, share) in _pipelines.Where(pair => pair.Value.Waiting == 0).ToList())
        {
            _pipelines.Remove(id);
        }

        foreach (var (name, owner) in _owners.Where(pair => pair.Value is { Waiting: 0, Running: 0 }).ToList())
        {
            _owners.Remove(name);
        }
    }

    private TicketGroup Group(Ticket ticket)
    {
        var needs = new TicketNeeds(ticket);
        if (_groups.TryGetValue(needs, out var group))
        {
            return group;
        }

        if (_groups.Count >= MostGroups)
        {
            foreach (var empty in _groups.Values.Where(group => group.Count == 0).ToList())
            {
                _groups.Remove(empty.Needs);
                Disappeared(empty);
            }
        }

        _groups[needs] = group = new TicketGroup(needs);
        Appeared(group);
        return group;
    }
}
