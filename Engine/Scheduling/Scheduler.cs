using System.Collections.Immutable;

using Continuity.Engine.Scheduling.Costs;
using Continuity.Engine.Scheduling.Waiting;
using Continuity.Gpu;

namespace Continuity.Engine.Scheduling;

/// <summary>
/// The waiting tickets of a pool and the choice which of them a GPU with a free slot gets. Deterministic; has no clock of its own. See <c>docs/scheduling.md</c> for what it weighs.
/// </summary>
public sealed partial class Scheduler
{
    // Loads that are shorter than this, or than this part of the work, make no difference to where a ticket should go.
    private const double SmallLoad = 1;
    private const double SmallPart = 0.1;
    private const double Tie = 1e-6;

    // Gigabytes of a GPU that has not told its own.
    private const double UsualMemory = 24;

    // In a larger fleet than this it does not matter which GPU of many does it.
    private const int SmallFleet = 64;
    private const double OldAnswer = 1;

    private readonly SchedulerOptions _options;
    private readonly LearnedCosts _costs;
    private readonly WaitingTickets _tickets;
    private readonly SortedDictionary<string, GpuLane> _lanes = new(StringComparer.Ordinal);
    private readonly Func<ModelFile, double> _sizeOf;
    private DateTimeOffset? _epoch;
    private int _working;

    /// <summary>Makes an empty one.</summary>
    /// <param name="options">What it weighs.</param>
    /// <param name="costs">What was learned; it learns on.</param>
    /// <param name="sizeOf">The size of a model file in gigabytes; where it is not told, files count as usual ones of their kind.</param>
    public Scheduler(SchedulerOptions? options = null, LearnedCosts? costs = null, Func<ModelFile, double>? sizeOf = null)
    {
        _options = options ?? new SchedulerOptions();
        _costs = costs ?? new LearnedCosts();
        _sizeOf = sizeOf ?? ModelKinds.Gigabytes;
        _tickets = new WaitingTickets { Appeared = Appeared, Disappeared = Disappeared };
    }

    /// <summary>How many tickets wait.</summary>
    public int Count => _tickets.Count;

    /// <summary>Puts a ticket in, or one that waits into another tier, where it counts as waiting since it first came.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <returns><see langword="false"/> when it waits already and keeps its place.</returns>
    public bool Add(Ticket ticket) => _tickets.Add(ticket);

    /// <summary>Takes a ticket out that is not wanted any more.</summary>
    /// <param name="id">The ticket.</param>
    /// <returns>Whether it was there.</returns>
    public bool Remove(TicketId id) => _tickets.Remove(id);

    /// <summary>The waiting tickets: higher tiers first, then who waits longer.</summary>
    /// <returns>The tickets.</returns>
    public IEnumerable<Ticket> InOrder() => _tickets.InOrder;

    /// <summary>Finds the GPU with a free slot that would be done first with a waiting ticket.</summary>
    /// <param name="id">The ticket.</param>
    /// <param name="isAsked">Which GPUs have been asked already.</param>
    /// <param name="now">The time.</param>
    /// <returns>It, if there is any, and whether it would have to load for it: only an idle GPU, or one that is about to end what it executes.</returns>
    public (GpuId Gpu, bool Loads)? Taker(TicketId id, Func<GpuId, bool> isAsked, DateTimeOffset now)
    {
        if (_tickets.Find(id) is not var (ticket, line))
        {
            return null;
        }

        var at = Seconds(now);
        var group = line.Group;
        GpuLane? best = null;
        var (soonest, least) = (double.PositiveInfinity, double.PositiveInfinity);
        foreach (var lane in _lanes.Values)
        {
            if (!lane.Gpu.Works || lane.Gpu.Status.SlotsUsed >= lane.Gpu.Status.Slots || StagesIn(lane, at) is not 0 || isAsked(lane.Gpu.Id) || !IsAble(lane, group))
            {
                continue;
            }

            // Inputs are sent while something else executes, unless nothing does.
            var transfer = lane.IsIdle && !ticket.Inputs.IsDefault ? lane.Inputs.SecondsFor(ticket.Inputs) : 0;
            var done = FreeBy(lane, at) + transfer + LoadOf(lane, group) + _costs.Run(group.Work, lane.Gpu.Id).Mean;

            // Of those that would take equally long, which are many while nothing is known, the one that keeps most of what it holds: that may be asked for next.
            var lost = lane.Residency.WouldLose(group.Sample.Models).Sum(_sizeOf);
            if (done < soonest - Tie || (done <= soonest + Tie && lost < least))
            {
                (best, soonest, least) = (lane, done, lost);
            }
        }

        return best is null ? null : (best.Gpu.Id, LoadOf(best, group) > SmallLoad);
    }

    /// <summary>Tells what a GPU still has of what it was given: everything else has come to an end, nobody knows how.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="tickets">What it has, in the order in which it executes them.</param>
    /// <param name="now">The time.</param>
    public void Keep(GpuId gpu, IReadOnlyList<TicketId> tickets, DateTimeOffset now)
    {
        if (_lanes.TryGetValue(gpu.Value, out var lane))
        {
            lane.Order(tickets);
            foreach (var item in lane.Items.Where(item => !tickets.Contains(item.Ticket.Id)).ToList())
            {
                Ended(gpu, item.Ticket.Id, executed: null, now);
            }
        }
    }

    /// <summary>Tells how a GPU is.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="now">The time.</param>
    public void Tell(FleetGpu gpu, DateTimeOffset now)
    {
        if (!_lanes.TryGetValue(gpu.Id.Value, out var lane))
        {
            _working += gpu.Works ? 1 : 0;
            _lanes[gpu.Id.Value] = lane = new GpuLane(gpu, new Residency(MemoryOf(gpu), _sizeOf));
        }
        else
        {
            var (before, wasIdle) = (lane.Gpu, lane.IsIdle);
            lane.Gpu = gpu;
            _working += (gpu.Works ? 1 : 0) - (before.Works ? 1 : 0);
            if (gpu.Status.Health == GpuHealth.Unreachable)
            {
                // When it answers again it is another process, as likely as not.
                lane.Residency.Clear();
            }

            if (before.Capabilities != gpu.Capabilities)
            {
                lane.Able.Clear();
                lane.Residency.Fits(MemoryOf(gpu));
            }
            else if (before.Works == gpu.Works && wasIdle == lane.IsIdle)
            {
                return;
            }
        }

        Follow(lane);
    }

    /// <summary>A GPU is not there any more.</summary>
    /// <param name="gpu">The GPU.</param>
    public void Forget(GpuId gpu)
    {
        if (_lanes.Remove(gpu.Value, out var lane))
        {
            _working -= lane.Gpu.Works ? 1 : 0;
            foreach (var group in lane.Serves.Keys.ToList())
            {
                Unserve(lane, group);
            }
        }
    }

    /// <summary>Tells what a GPU holds.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="models">The files that it used last.</param>
    public void Holds(GpuId gpu, IReadOnlyList<ModelFile> models)
    {
        if (_lanes.TryGetValue(gpu.Value, out var lane))
        {
            lane.Residency.Executes(models);
            Follow(lane);
        }
    }

    /// <summary>Chooses the next ticket for a GPU with a free slot, and takes it out.</summary>
    /// <param name="id">The GPU that asks.</param>
    /// <param name="now">The time.</param>
    /// <returns>The ticket, if one should go there now.</returns>
    public Choice Choose(GpuId id, DateTimeOffset now)
    {
        if (!_lanes.TryGetValue(id.Value, out var lane) || !lane.Gpu.Works || lane.Gpu.Status.SlotsUsed >= lane.Gpu.Status.Slots)
        {
            return default;
        }

        var at = Seconds(now);
        switch (StagesIn(lane, at))
        {
            case null:
                return default;
            case > 0 and var early:
                // The later the choice, the more is known.
                return new Choice(null, now + TimeSpan.FromSeconds(early));
        }

        if (Pick(lane, at) is not { } picked)
        {
            return default;
        }

        var (ticket, group) = (picked.First, picked.Group);
        var missing = group.Sample.Models.Where(model => !lane.Residency.Holds(model)).ToImmutableArray();
        var (load, run) = (missing.Sum(_costs.Load), _costs.Run(group.Work, id));
        var depth = lane.Residency.DepthOf(group.Sample.Models);
        var share = _tickets.Take(ticket, at);
        _tickets.Charge(share, load + run.Mean);
        share.Owner.Running++;
        lane.Give(new Given(ticket, at, group.Work, share, group.Sample.Models, missing, depth, load, run), at);
        lane.Residency.Executes(group.Sample.Models);
        Follow(lane);
        return new Choice(ticket, null, Expected(load, run, group.Sample.Models));
    }

    /// <summary>What a GPU was given came to an end.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="ticket">The ticket.</param>
    /// <param name="executed">How long the prompt executed, loading included, when it succeeded; otherwise <see langword="null"/>.</param>
    /// <param name="now">The time.</param>
    public void Ended(GpuId gpu, TicketId ticket, TimeSpan? executed, DateTimeOffset now)
    {
        if (!_lanes.TryGetValue(gpu.Value, out var lane) || lane.End(ticket, Seconds(now)) is not { } item)
        {
            return;
        }

        item.Share.Owner.Running--;
        if (executed is { TotalSeconds: var seconds })
        {
            _tickets.Charge(item.Share, seconds - item.Load - item.Run.Mean);
            Learn(lane, item, seconds);
        }
        else
        {
            _tickets.Charge(item.Share, -item.Load - item.Run.Mean);
        }

        Follow(lane);
    }

    private static double MemoryOf(FleetGpu gpu) => gpu.Capabilities is { VramTotal: > 0 and var bytes } ? bytes / 1e9 : UsualMemory;

    // In how many seconds a GPU is to be given something to stage; at once when it is idle, and null while nobody knows for how long that would wait there.
    private double? StagesIn(GpuLane lane, double now)
    {
        // Prompts of people, and those that were taken up after a restart, tell nothing of their length and may never end: it would never be asked otherwise.
        if (lane.IsIdle || lane.Items.Count < lane.Gpu.Status.SlotsUsed)
        {
            return 0;
        }

        // Where there is no other GPU nothing is lost by staging early.
        return lane.IsKnown ? Math.Max(0, lane.EarliestEnd - _options.StageAhead.TotalSeconds - now) : _working == 1 ? 0 : null;
    }

    private double Seconds(DateTimeOffset now) => (now - (_epoch ??= now)).TotalSeconds;

    // Whether files were loaded shows in the time alone.
    private void Learn(GpuLane lane, Given item, double seconds)
    {
        var run = _costs.Run(item.Work, lane.Gpu.Id);
        var missing = item.Missing;
        if (run.Count > 1)
        {
            var noise = Math.Max(SmallLoad, 3 * run.Deviation);
            var all = item.Models.Sum(_costs.Load);
            if (missing.IsEmpty && seconds > run.Mean + noise + (all / 4))
            {
                lane.Residency.WasMissing(item.Models, item.Depth);
                return;
            }

            if (!missing.IsEmpty && item.Load > 2 * noise && seconds < run.Mean + noise && double.IsFinite(item.Depth))
            {
                lane.Residency.WasHeld(item.Depth);
                missing = [];
            }
        }

        _costs.Observe(lane.Gpu.Id, item.Work, missing, seconds);
    }

    private Line? Pick(GpuLane lane, double now)
    {
        var freeAt = FreeBy(lane, now);
        foreach (var tier in _tickets.Groups.Where(group => group.Count > 0).GroupBy(group => group.Needs.Tier).OrderByDescending(tier => tier.Key))
        {
            List<Candidate> candidates = [];
            foreach (var group in tier)
            {
                if (IsAble(lane, group) && Weigh(lane, group, freeAt, now) is { } candidate)
                {
                    candidates.Add(candidate);
                }
            }

            if (candidates.Count > 0)
            {
                return Best(lane, candidates, now);
            }
        }

        return null;
    }

    private Line Best(GpuLane lane, List<Candidate> candidates, double now)
    {
        var passed = PassedWork(lane);
        if (Overdue(lane, [.. candidates.Where(candidate => candidate.Group.Passed is { } line && !IsBlocked(lane, line, passed, now))], now) is { } overdue)
        {
            return overdue.Passed!;
        }

        // Nothing goes before what was passed over for as long, or as much, as may be.
        var open = new List<(Candidate Candidate, Line Line)>(candidates.Count);
        foreach (var candidate in candidates)
        {
            if (candidate.Group.Fair(line => IsBlocked(lane, line, passed, now)) is { } line)
            {
                open.Add((candidate, line));
            }
        }

        if (open.Count == 0)
        {
            if (LongestPassed(lane, candidates, now) is { } longest)
            {
                return longest;
            }

            // What was passed over is left to others.
            open.AddRange(candidates.Select(candidate => (candidate, candidate.Group.Fair(_ => false)!)));
        }

        var least = open.Min(entry => entry.Line.Share.Owner.Served);
        var best = open.MinBy(entry => (Score(lane, entry.Candidate, entry.Line, least), entry.Line.First.WaitingSince.UtcTicks / TicketOrder.Together.Ticks, entry.Line.First.Order));
        if (!lane.Serves.ContainsKey(best.Candidate.Group))
        {
            // It has to load whatever it takes: of those whose turn it is, what would take longest otherwise.
            var limit = Score(lane, best.Candidate, best.Line, least) + 1;
            best = open
                .Where(entry => entry.Line.Share.Owner.Served - least <= limit)
                .MaxBy(entry => Drain(entry.Candidate, now) - entry.Candidate.Swap)!;
        }

        return best.Line;
    }

    // How long the GPUs that hold its files have to work on a group; one alone, when there is none.
    private double Drain(Candidate candidate, double now)
    {
        var (group, service) = (candidate.Group, candidate.Group.Service);
        return service.Gpus == 0 ? candidate.Load + (group.Count * candidate.Run) : Math.Max(0, (LateOf(group, now) / service.Rate) - now) + (group.Count / service.Rate);
    }

    private double Score(GpuLane lane, Candidate candidate, Line line, double least)
    {
        var owner = line.Share.Owner;
        var behind = owner.Served - least;
        if (lane.Serves.ContainsKey(candidate.Group))
        {
            return behind;
        }

        // Whose work is on its share of the GPUs already catches up by and by.
        var isOnShare = owner.Running * _tickets.Owners >= _working;
        return behind + (_options.LoadAgainstShare * candidate.Swap * (isOnShare ? 2 : 1));
    }

    // Whether the GPU should take of a group at all: not when others would have done all of it before this one is done with one.
    private Candidate? Weigh(GpuLane lane, TicketGroup group, double freeAt, double now)
    {
        var (load, run) = (LoadOf(lane, group), _costs.Run(group.Work, lane.Gpu.Id).Mean);
        var done = freeAt + load + run;
        if (IsLate(group.PassedSince, now))
        {
            return new Candidate(group, load, run, SwapOf(lane, group));
        }

        var others = group.Service;
        var (gpus, rate, late) = (others.Gpus, others.Rate, LateOf(group, now, except: lane));
        if (lane.Serves.TryGetValue(group, out var own))
        {
            (gpus, rate, late) = (gpus - 1, rate - own.Rate, late - (own.Rate * own.FreeAt));
        }

        if (gpus > 0 && group.Count >= 2 * gpus)
        {
            var last = Math.Max(now, late / rate) + (group.Count / rate);
            return done <= last + Tie ? new Candidate(group, load, run, SwapOf(lane, group)) : null;
        }

        return done <= LastDone(group, now) + Tie ? new Candidate(group, load, run, SwapOf(lane, group)) : null;
    }

    // The sum of each GPU's rate times the moment from which it is free (see Service); what takes longer than was learned goes on, and of what was never measured nobody knows.
    private double LateOf(TicketGroup group, double now, GpuLane? except = null)
    {
        var late = group.Service.Late;
        if (_lanes.Count <= SmallFleet)
        {
            foreach (var lane in _lanes.Values)
            {
                if (lane != except && lane.Items.Count > 0 && lane.IsKnown && lane.Serves.TryGetValue(group, out var served) && served.FreeAt < now)
                {
                    late += served.Rate * (FreeBy(lane, now) - served.FreeAt);
                }
            }
        }

        return late;
    }

    // When a GPU is likely to be free: now when it is idle, or has nothing that is known. What takes longer than was thought is likely to go on for as long again; in a large fleet others are early.
    private double FreeBy(GpuLane lane, double now) => lane.IsIdle || lane.Items.Count == 0 ? now
        : lane.FreeAt is var free && (free >= now || _lanes.Count > SmallFleet) ? Math.Max(now, free)
        : now + (now - free);

    // When the last ticket of a group will be done if each goes where it is done first, among the idle GPUs and those that hold the files. In a large fleet a moment's old answer will do.
    private double LastDone(TicketGroup group, double now)
    {
        if (_lanes.Count > SmallFleet && group.LastDone is { } known && now - known.At < OldAnswer && group.Count <= known.Count)
        {
            return known.Last;
        }

        var queue = new PriorityQueue<double, double>();
        foreach (var lane in _lanes.Values)
        {
            if (lane.Gpu.Works && (lane.IsIdle || lane.Serves.ContainsKey(group)) && IsAble(lane, group))
            {
                var run = _costs.Run(group.Work, lane.Gpu.Id).Mean;
                queue.Enqueue(run, FreeBy(lane, now) + LoadOf(lane, group) + run);
            }
        }

        var last = double.PositiveInfinity;
        for (var ticket = 0; ticket < group.Count && queue.TryDequeue(out var run, out var done); ticket++)
        {
            last = done;
            queue.Enqueue(run, done + run);
        }

        group.LastDone = (now, group.Count, last);
        return last;
    }

    // What a load costs: its own time, and that of what must make room for it and is still wanted there.
    private double SwapOf(GpuLane lane, TicketGroup group)
    {
        var load = LoadOf(lane, group);
        if (load > 0)
        {
            foreach (var lost in lane.Residency.WouldLose(group.Sample.Models))
            {
                foreach (var served in lane.Serves.Keys)
                {
                    if (served.Count > 0 && served.Sample.Models.Any(model => model.FileName == lost.FileName))
                    {
                        load += _costs.Load(lost);
                        break;
                    }
                }
            }
        }

        return load;
    }

    private double LoadOf(GpuLane lane, TicketGroup group) => LoadOf(lane, group.Sample.Models);

    private double LoadOf(GpuLane lane, ImmutableArray<ModelFile> models)
    {
        var seconds = 0.0;
        foreach (var model in models)
        {
            seconds += lane.Residency.Holds(model) ? 0 : _costs.Load(model);
        }

        return seconds;
    }

    private bool IsAble(GpuLane lane, TicketGroup group)
    {
        if (!Has(lane))
        {
            return false;
        }

        // Where it failed before it goes again only when there is no other.
        return !Eligibility.Avoids(group.Sample, lane.Gpu)
            || !_lanes.Values.Any(other => other.Gpu.Works && !Eligibility.Avoids(group.Sample, other.Gpu) && Has(other));

        bool Has(GpuLane able)
        {
            if (!able.Able.TryGetValue(group, out var has))
            {
                able.Able[group] = has = !Abilities.Lacks(group.Sample, able.Gpu).Any();
            }

            return has;
        }
    }

    private void Appeared(TicketGroup group)
    {
        foreach (var lane in _lanes.Values)
        {
            Serve(lane, group);
        }
    }

    private void Disappeared(TicketGroup group)
    {
        foreach (var lane in _lanes.Values)
        {
            lane.Serves.Remove(group);
            lane.Able.Remove(group);
        }
    }

    // What a GPU holds, or until when it is busy, has changed.
    private void Follow(GpuLane lane)
    {
        foreach (var group in _tickets.Groups)
        {
            Unserve(lane, group);
            Serve(lane, group);
        }
    }

    private void Serve(GpuLane lane, TicketGroup group)
    {
        if (!lane.Gpu.Works || !IsAble(lane, group))
        {
            return;
        }

        var run = _costs.Run(group.Work, lane.Gpu.Id).Mean;
        if (LoadOf(lane, group) < Math.Max(SmallLoad, SmallPart * run))
        {
            var rate = 1 / Math.Max(run, 1e-3);
            lane.Serves[group] = (rate, lane.FreeAt);
            group.Service.Add(rate, lane.FreeAt);
        }
    }

    private static void Unserve(GpuLane lane, TicketGroup group)
    {
        if (lane.Serves.Remove(group, out var served))
        {
            group.Service.Remove(served.Rate, served.FreeAt);
        }
    }

    private sealed record Candidate(TicketGroup Group, double Load, double Run, double Swap);
}

/// <summary>What a GPU with a free slot gets.</summary>
/// <param name="Ticket">The ticket, if any.</param>
/// <param name="AskAgainAt">When there is reason to ask again though nothing happens until then.</param>
/// <param name="Expected">What the ticket is thought to take there.</param>
public readonly record struct Choice(Ticket? Ticket, DateTimeOffset? AskAgainAt, ExpectedTime? Expected = null);
