using Continuity.Gpu;

namespace Continuity.Engine.Scheduling;

/// <content>When the plan changes: what was staged, and should go elsewhere or make room.</content>
public sealed partial class Scheduler
{
    // A prompt that is recalled is recorded, sent and perhaps uploaded anew: where it saves less than so many seconds it stays.
    private const double WorthARecall = 3;

    // For so many seconds what an idle GPU had taken back may be on its way to it.
    private const double OnItsWay = 10;

    // So that nothing is moved about for ever.
    private const int LastAttemptToRecall = 10;

    /// <summary>Finds what an idle GPU, for which nothing waits, would have done sooner than the GPU it is staged on: that one is busy for longer than was thought.</summary>
    /// <param name="idle">The GPU.</param>
    /// <param name="now">The time.</param>
    /// <returns>What to recall; each prompt is named once.</returns>
    public Recall? RecallFor(GpuId idle, DateTimeOffset now)
    {
        var at = Seconds(now);
        if (!_lanes.TryGetValue(idle.Value, out var lane) || !lane.Gpu.Works || !lane.IsIdle || at - lane.RecalledAt < OnItsWay)
        {
            return null;
        }

        (GpuLane Lane, Given Item)? best = null;
        var most = WorthARecall;
        foreach (var other in _lanes.Values)
        {
            if (Staged(other) is { } item && !Eligibility.Avoids(item.Ticket, lane.Gpu) && !Abilities.Lacks(item.Ticket, lane.Gpu).Any())
            {
                var here = at + LoadOf(lane, item.Ticket.Models) + _costs.Run(item.Work, idle).Mean;
                var gain = StartOf(other, item, at) + item.Load + item.Run.Mean - here;
                (best, most) = gain > most && WouldTake(lane, item.Ticket, at) ? ((other, item), gain) : (best, most);
            }
        }

        if (best is not var (from, staged))
        {
            return null;
        }

        lane.RecalledAt = at;
        return Name(from, staged, $"{lane.Gpu.Name} is idle and will be done with it sooner");
    }

    /// <summary>Finds what has to make room for a ticket of a higher tier, where no GPU has a slot for it: what is staged, and has not started.</summary>
    /// <param name="id">The ticket.</param>
    /// <param name="now">The time.</param>
    /// <returns>What to recall; each prompt is named once.</returns>
    public Recall? RecallBefore(TicketId id, DateTimeOffset now)
    {
        if (_tickets.GroupOf(id) is not { } group)
        {
            return null;
        }

        var at = Seconds(now);
        (GpuLane Lane, Given Item)? best = null;
        var soonest = double.PositiveInfinity;
        foreach (var lane in _lanes.Values.Where(lane => lane.Gpu.Works && IsAble(lane, group)))
        {
            if (lane.Gpu.Status.SlotsUsed < lane.Gpu.Status.Slots)
            {
                // It gets the next slot there.
                return null;
            }

            // Not for its own pipeline, which has only just become urgent.
            // And not where it would be left to others, which are done with it sooner.
            if (Staged(lane) is { } item && item.Ticket.Tier < group.Needs.Tier && item.Ticket.Id.Task.Pipeline != id.Task.Pipeline && item.Load + item.Run.Mean > WorthARecall
                && StartOf(lane, item, at) is var start && start < soonest && Weigh(lane, group, start, at) is not null)
            {
                (best, soonest) = ((lane, item), start);
            }
        }

        return best is var (from, staged) ? Name(from, staged, group.Sample.Priority > staged.Ticket.Priority ? "a task of higher priority goes first" : "a task goes first that is late for its deadline") : null;
    }

    // Whether a GPU would get a ticket if it waited: not when others would be done with it sooner.
    private bool WouldTake(GpuLane lane, Ticket ticket, double now)
    {
        if (_tickets.GroupLike(ticket) is not { } group)
        {
            return true;
        }

        // As if it waited with them; what a choice keeps for the next one is not for us to change.
        var kept = group.LastDone;
        (group.LastDone, group.Count) = (null, group.Count + 1);
        var takes = Weigh(lane, group, now, now) is not null;
        (group.LastDone, group.Count) = (kept, group.Count - 1);
        return takes;
    }

    // What stands behind something else on a GPU and may be moved.
    private static Given? Staged(GpuLane lane) =>
        lane.Items is [.., var last] && (lane.Items.Count > 1 || lane.Gpu.Status.SlotsUsed > 1) && !last.IsRecalled && last.Ticket.Id.Attempt < LastAttemptToRecall
        && lane.Gpu.Status.Mode != GpuMode.Draining ? last : null;

    // When what is staged is likely to start. What takes longer than was thought, or of which nothing is known, is likely to go on for as long again.
    private static double StartOf(GpuLane lane, Given item, double now)
    {
        if (lane.Gpu.Status.SlotsUsed > lane.Items.Count)
        {
            return now + (now - item.GivenAt);
        }

        // Staged is the last one: before it is all the rest.
        var start = lane.FreeAt - item.Load - item.Run.Mean;
        return start >= now ? start : now + (now - start);
    }

    private static Recall Name(GpuLane lane, Given item, string reason)
    {
        item.IsRecalled = true;
        return new Recall(lane.Gpu.Id, item.Ticket.Id, $"Taken back from {lane.Gpu.Name} before it started: {reason}.");
    }
}

/// <summary>A staged prompt that is to be taken back, so that its task waits for a GPU anew.</summary>
/// <param name="Gpu">Where it is staged.</param>
/// <param name="Ticket">The attempt.</param>
/// <param name="Reason">Why, in words.</param>
public readonly record struct Recall(GpuId Gpu, TicketId Ticket, string Reason);
