using System.Numerics;

using Continuity.Engine.Scheduling.Waiting;
using Continuity.Gpu;

namespace Continuity.Engine.Scheduling.Explaining;

/// <summary>
/// The pool at one moment, summed up so that the start of any waiting ticket can be told without a look at the others: who waits for how much work, which GPUs do which of it, and when they are
/// free. As likely too early as too late; that models are loaded seldom is not played through.
/// </summary>
internal sealed class Forecast
{
    // Seconds.
    private const double Tie = 0.02;
    private const double LeastRest = 1;
    private const double UnknownPrompt = 30;

    private readonly double[] _freeAt;
    private readonly GpuLane[] _lanes;
    private readonly Dictionary<GpuLane, int> _places = [];
    private readonly Dictionary<TicketGroup, GroupWork> _groups = [];
    private readonly Dictionary<int, TierWork> _tiers = [];

    /// <summary>Sums it up.</summary>
    /// <param name="at">The time, in seconds.</param>
    /// <param name="lanes">The GPUs that work.</param>
    /// <param name="groups">The groups with tickets.</param>
    /// <param name="costs">Whether a GPU may run a group, and if so how long it loads and runs.</param>
    public Forecast(double at, GpuLane[] lanes, IEnumerable<TicketGroup> groups, Func<GpuLane, TicketGroup, (double Load, double Run)?> costs)
    {
        (At, _lanes, _freeAt) = (at, lanes, [.. lanes.Select(lane => FreeAt(lane, at))]);
        for (var i = 0; i < lanes.Length; i++)
        {
            _places[lanes[i]] = i;
        }

        foreach (var group in groups)
        {
            Tickets += group.Count;
            _groups[group] = new GroupWork(group, lanes, costs);
        }

        foreach (var tier in _groups.Values.GroupBy(work => work.Group.Needs.Tier))
        {
            _tiers[tier.Key] = new TierWork([.. tier]);
        }
    }

    /// <summary>The time that it is of, in seconds.</summary>
    public double At { get; }

    /// <summary>How many tickets waited.</summary>
    public int Tickets { get; }

    /// <summary>What is known of a group; <see langword="null"/> when it had no ticket then.</summary>
    public GroupWork? Of(TicketGroup group) => _groups.GetValueOrDefault(group);

    /// <summary>Whether something of a higher tier waits for a GPU.</summary>
    public bool HasHigher(GpuLane lane, int than) => _places.TryGetValue(lane, out var place) && _tiers.Any(tier => tier.Key > than && tier.Value.Wants(place));

    /// <summary>The least that an owner of a tier got of the GPUs.</summary>
    public double LeastServed(int tier) => _tiers.TryGetValue(tier, out var work) ? work.LeastServed : double.NegativeInfinity;

    /// <summary>When a GPU will be done with what it has; a guess where nobody knows.</summary>
    public static double FreeAt(GpuLane lane, double now)
    {
        if (lane.IsIdle)
        {
            return now;
        }

        // What takes longer than thought, and what nobody knows the length of, takes some more time.
        var first = lane.Items is [var item, ..] ? item.Run : new Costs.Estimate(UnknownPrompt, 0, 0);
        return Math.Max(lane.FreeAt, now + Math.Max(LeastRest, lane.Items.Count < lane.Gpu.Status.SlotsUsed ? first.Mean : first.Deviation));
    }

    /// <summary>Tells when a ticket is likely to start.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="line">Its line.</param>
    /// <param name="place">Its place in its tier, from 0 for the first to 1 after the last: who comes first of those that got as much.</param>
    /// <returns>The time in seconds and the GPU; <see langword="null"/> when no GPU that can run it works.</returns>
    public (double At, GpuId Gpu)? Start(Ticket ticket, Line line, double place)
    {
        if (Of(line.Group) is not { Lanes.Length: > 0 } own)
        {
            return null;
        }

        var (prompts, seconds) = Ahead(ticket, line, own, place);
        return StartAfter(own, (int)Math.Round(prompts), prompts > 0.5 ? seconds / prompts / own.Run : 1);
    }

    // What goes before it, on the GPUs that may run it.
    private (double Prompts, double Seconds) Ahead(Ticket ticket, Line line, GroupWork own, double place)
    {
        var (prompts, seconds) = (0.0, 0.0);
        var mine = 0.0;
        foreach (var other in line.Share.Lines)
        {
            if (other.Group.Needs.Tier == ticket.Tier && Of(other.Group) is { Lanes.Length: > 0 } work)
            {
                var before = other.Before(ticket);
                mine += before * work.Run;
                Add(work, before);
            }
        }

        var tier = _tiers[ticket.Tier];
        var others = tier.Ahead(line.Share, mine, place * own.Run);
        foreach (var work in tier.Groups)
        {
            Add(work, others / Math.Max(tier.Seconds, 1e-9) * work.Group.Count);
        }

        foreach (var (number, higher) in _tiers)
        {
            if (number > ticket.Tier)
            {
                foreach (var work in higher.Groups)
                {
                    Add(work, work.Group.Count);
                }
            }
        }

        return (prompts, seconds);

        void Add(GroupWork work, double count)
        {
            // The part of it that falls to these GPUs; and somebody has to load for it.
            var part = count * work.PartOn(own);
            prompts += part;
            seconds += (part * work.Run) + (part >= 1 && work.Group != own.Group ? work.LoadOnce : 0);
        }
    }

    // As if each ticket went where it is done first: the one after so many.
    private (double At, GpuId Gpu) StartAfter(GroupWork own, int prompts, double stretch)
    {
        if (prompts > 4 * own.Lanes.Length && Evenly(own, prompts, stretch) is { } even)
        {
            return even;
        }

        var (low, high) = (double.PositiveInfinity, 0.0);
        for (var i = 0; i < own.Lanes.Length; i++)
        {
            low = Math.Min(low, Done(own, i));
            high = Math.Max(high, Done(own, i));
        }

        // One of them alone would be done by then.
        high += (prompts + 1) * stretch * own.Runs.Max();
        while (high - low > 0.01)
        {
            var middle = (low + high) / 2;
            (low, high) = CountUntil(own, middle, stretch) > prompts ? (low, middle) : (middle, high);
        }

        var (best, start, load) = (-1, double.NegativeInfinity, 0.0);
        for (var i = 0; i < own.Lanes.Length; i++)
        {
            if (Done(own, i) <= high)
            {
                var each = stretch * own.Runs[i];
                var turns = Math.Floor((high - Done(own, i)) / each);
                var done = Done(own, i) + (turns * each);
                if (best < 0 || done > start + Tie || (done > start - Tie && own.Loads[i] < load))
                {
                    (best, start, load) = (i, done, own.Loads[i]);
                }
            }
        }

        var lane = own.Lanes[best];
        return (start - own.Runs[best] - own.Loads[best], _lanes[lane].Gpu.Id);
    }

    // When all of them are busy by then, what counts is how fast they are together.
    private (double At, GpuId Gpu)? Evenly(GroupWork own, int prompts, double stretch)
    {
        var (rate, late, latest, soonest) = (0.0, 0.0, 0.0, 0);
        for (var i = 0; i < own.Lanes.Length; i++)
        {
            var each = 1 / (stretch * own.Runs[i]);
            rate += each;
            late += (_freeAt[own.Lanes[i]] * each) - 0.5;
            latest = Math.Max(latest, _freeAt[own.Lanes[i]]);
            soonest = own.Loads[i] < own.Loads[soonest] ? i : soonest;
        }

        var at = (prompts + 0.5 + late) / rate;
        return at >= latest ? (at, _lanes[own.Lanes[soonest]].Gpu.Id) : null;
    }

    private double Done(GroupWork own, int i) => _freeAt[own.Lanes[i]] + own.Loads[i] + own.Runs[i];

    private int CountUntil(GroupWork own, double at, double stretch)
    {
        var count = 0.0;
        for (var i = 0; i < own.Lanes.Length; i++)
        {
            var done = Done(own, i);
            count += done <= at ? Math.Floor((at - done) / (stretch * own.Runs[i])) + 1 : 0;
        }

        return (int)Math.Min(count, int.MaxValue);
    }

    /// <summary>A group's work, and the GPUs that may do it.</summary>
    internal sealed class GroupWork
    {
        private const double LeastRun = 1e-3;

        private readonly ulong[] _able;

        public GroupWork(TicketGroup group, GpuLane[] lanes, Func<GpuLane, TicketGroup, (double Load, double Run)?> costs)
        {
            Group = group;
            _able = new ulong[(lanes.Length + 63) / 64];
            List<int> able = [];
            List<double> loads = [], runs = [];
            for (var i = 0; i < lanes.Length; i++)
            {
                if (costs(lanes[i], group) is { } cost)
                {
                    _able[i / 64] |= 1UL << (i % 64);
                    able.Add(i);
                    loads.Add(cost.Load);
                    runs.Add(Math.Max(cost.Run, LeastRun));
                    Idle += lanes[i].IsIdle ? 1 : 0;
                }
            }

            (Lanes, Loads, Runs) = ([.. able], [.. loads], [.. runs]);
            Run = runs.Count == 0 ? 0 : runs.Count / runs.Sum(run => 1 / run);
            LoadOnce = loads.DefaultIfEmpty(0).Min();
            var others = able.Select(i => lanes[i].Gpu).Where(gpu => gpu.Status.BusyWith is not null).Select(gpu => $"{gpu.Id} is {gpu.Status.BusyWith}").ToList();
            Others = others.Count > 0 ? $" ({string.Join("; ", others)})" : "";
        }

        public TicketGroup Group { get; }

        /// <summary>The GPUs that may run it and work, by their place among those that work.</summary>
        public int[] Lanes { get; }

        /// <summary>How long each of them would load.</summary>
        public double[] Loads { get; }

        /// <summary>How long each of them runs after that.</summary>
        public double[] Runs { get; }

        /// <summary>How long they run on the whole.</summary>
        public double Run { get; }

        /// <summary>How long one of them loads at least before they do any of it.</summary>
        public double LoadOnce { get; }

        /// <summary>What others do on them, in words; empty where nobody does.</summary>
        public string Others { get; }

        /// <summary>How many of them are idle.</summary>
        public int Idle { get; }

        public bool Wants(int lane) => (_able[lane / 64] & (1UL << (lane % 64))) != 0;

        /// <summary>The part of it that GPUs do which may also do another.</summary>
        public double PartOn(GroupWork other)
        {
            if (Lanes.Length == 0 || ReferenceEquals(this, other))
            {
                return Lanes.Length == 0 ? 0 : 1;
            }

            var both = 0;
            for (var i = 0; i < _able.Length; i++)
            {
                both += BitOperations.PopCount(_able[i] & other._able[i]);
            }

            return (double)both / Lanes.Length;
        }
    }

    /// <summary>A tier's work by whose it is.</summary>
    private sealed class TierWork
    {
        private readonly Dictionary<PipelineShare, double> _pipelines = [];
        private readonly Dictionary<OwnerShare, (double Seconds, ShareCurve Pipelines)> _owners = [];
        private readonly Dictionary<Share, double> _served = [];
        private readonly ShareCurve _curve;

        public TierWork(GroupWork[] groups)
        {
            Groups = groups;
            foreach (var work in groups.Where(work => work.Lanes.Length > 0))
            {
                foreach (var line in work.Group.Lines)
                {
                    _pipelines[line.Share] = _pipelines.GetValueOrDefault(line.Share) + (line.Count * work.Run);
                    (_served[line.Share], _served[line.Share.Owner]) = (line.Share.Served, line.Share.Owner.Served);
                }
            }

            foreach (var owner in _pipelines.GroupBy(pair => pair.Key.Owner))
            {
                var curve = new ShareCurve([.. owner.Select(pair => (_served[pair.Key], pair.Value))]);
                _owners[owner.Key] = (owner.Sum(pair => pair.Value), curve);
            }

            _curve = new ShareCurve([.. _owners.Select(pair => (_served[pair.Key], pair.Value.Seconds))]);
            Seconds = _pipelines.Values.Sum();
            LeastServed = _owners.Keys.Select(owner => _served[owner]).DefaultIfEmpty(double.NegativeInfinity).Min();
        }

        public GroupWork[] Groups { get; }

        public double Seconds { get; }

        public double LeastServed { get; }

        public bool Wants(int lane) => Groups.Any(work => work.Wants(lane));

        /// <summary>The work of other pipelines, and other owners, that shares give a turn before a pipeline has got some more.</summary>
        /// <param name="share">The pipeline.</param>
        /// <param name="mine">How much more that is.</param>
        /// <param name="some">And some of its next ticket: whose turn it is of those that got as much.</param>
        public double Ahead(PipelineShare share, double mine, double some)
        {
            var owner = share.Owner;
            var others = 0.0;
            if (_owners.TryGetValue(owner, out var own))
            {
                var until = _served.GetValueOrDefault(share, share.Served) + mine + some;
                others = own.Pipelines.Until(until) - Of(share, _pipelines.GetValueOrDefault(share), until);
            }

            var level = _served.GetValueOrDefault(owner, owner.Served) + mine + others + some;
            return others + _curve.Until(level) - Of(owner, own.Seconds, level);
        }

        // None for one that came after this was summed up.
        private double Of(Share share, double left, double until) => _served.TryGetValue(share, out var served) ? ShareCurve.Of(served, left, until) : 0;
    }
}
