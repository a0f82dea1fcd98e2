using System.Collections.Immutable;

using Continuity.Engine.Scheduling.Explaining;
using Continuity.Engine.Scheduling.Waiting;
using Continuity.Gpu;

namespace Continuity.Engine.Scheduling;

/// <content>Why tickets wait. Nothing here changes what is chosen.</content>
public sealed partial class Scheduler
{
    // With so few tickets and GPUs everything is summed up anew for each answer; with more a picture that is a second old will do, and an older one the longer the waits are.
    private const int FewTickets = 256;
    private const double TicketsASecondOfAge = 10_000;

    private Forecast? _forecast;

    /// <summary>Says in short why a ticket waits. Cheap enough to be asked for each ticket again and again.</summary>
    /// <param name="id">The ticket.</param>
    /// <param name="now">The time.</param>
    /// <returns>The answer without a word on the single GPUs; <see langword="null"/> when it does not wait here.</returns>
    public TicketWait? ExplainBriefly(TicketId id, DateTimeOffset now)
    {
        if (_tickets.Find(id) is not { } found)
        {
            return null;
        }

        var at = Seconds(now);
        var (ticket, line) = found;
        var (higher, own) = _tickets.Before(ticket);
        var forecast = ForecastOf(line.Group, at);
        var start = forecast.Start(ticket, line, (double)own / _tickets.CountOf(ticket.Tier));
        return new TicketWait
        {
            Ticket = id,
            Reason = WaitWords.Of(ticket, higher + own, forecast.Of(line.Group)!, start is { } soonest ? (soonest.At - at, soonest.Gpu) : null, _lanes.Values),
            Since = ticket.WaitingSince,
            Priority = ticket.Priority,
            AheadOfHigherPriority = higher,
            AheadOfSamePriority = own,
            ExpectedStart = start is { } known ? now + TimeSpan.FromSeconds(Math.Max(0, known.At - at)) : null,
            ExpectedGpu = start?.Gpu,
        };
    }

    /// <summary>Says why a ticket waits, and for every GPU why it is not there.</summary>
    /// <param name="id">The ticket.</param>
    /// <param name="now">The time.</param>
    /// <returns>The answer; <see langword="null"/> when it does not wait here.</returns>
    public TicketWait? Explain(TicketId id, DateTimeOffset now)
    {
        if (ExplainBriefly(id, now) is not { } answer || _tickets.Find(id) is not { } found)
        {
            return null;
        }

        var at = Seconds(now);
        var (ticket, line) = found;
        var passed = line.Share.PassedSince(ticket) is { } since ? now + TimeSpan.FromSeconds(since - at) : (DateTimeOffset?)null;

        // What a choice keeps for the next one is not for us to change.
        var kept = line.Group.LastDone;
        answer = answer with
        {
            PassedOverSince = passed,
            PassedOverUntil = passed + _options.MaxDeferral,
            Gpus = [.. _lanes.Values.Select(lane => Refusal(lane, ticket, line, answer, now))],
        };
        line.Group.LastDone = kept;
        return answer;
    }

    private GpuRefusal Refusal(GpuLane lane, Ticket ticket, Line line, TicketWait answer, DateTimeOffset now)
    {
        var (gpu, at) = (lane.Gpu, Seconds(now));
        if (WaitWords.NotAvailable(ticket, gpu) is { } unavailable)
        {
            return new GpuRefusal(gpu.Id, unavailable.Kind, unavailable.Words, null, [], TimeSpan.Zero);
        }

        var missing = ticket.Models.Where(model => !lane.Residency.Holds(model)).ToList();
        var load = TimeSpan.FromSeconds(missing.Sum(_costs.Load));
        var staging = gpu.Status.SlotsUsed >= gpu.Status.Slots ? null : StagesIn(lane, at);
        DateTimeOffset? freeAt = lane.IsIdle ? null : now + TimeSpan.FromSeconds(Forecast.FreeAt(lane, at) - at);
        var (kind, words) = !IsAble(lane, line.Group) ? (GpuRefusalKind.FailedThere, WaitWords.FailedThere(ticket, gpu))
            : staging is not 0 ? (GpuRefusalKind.Busy, WaitWords.Busy(lane, freeAt - now))
            : Turn(lane, ticket, line, answer, at);
        return new GpuRefusal(
            gpu.Id,
            kind,
            words + WaitWords.Loads(missing, load, line.Group) + (gpu.Id == answer.ExpectedGpu && kind == GpuRefusalKind.Busy ? "; expected to take it" : ""),
            freeAt,
            [.. missing.Select(model => model.FileName)],
            load);
    }

    // Why a GPU that takes something now takes something else.
    private (GpuRefusalKind Kind, string Words) Turn(GpuLane lane, Ticket ticket, Line line, TicketWait answer, double at)
    {
        var forecast = _forecast!;
        var group = line.Group;
        if (forecast.HasHigher(lane, ticket.Tier))
        {
            return (GpuRefusalKind.HigherPriority, "takes tickets of a higher priority, or late for a deadline, first");
        }

        // With more tickets than that every GPU is wanted.
        if (group.Count <= 2 * _lanes.Count && Weigh(lane, group, FreeBy(lane, at), at) is null)
        {
            return (GpuRefusalKind.LeftToOthers, answer.ExpectedGpu is { } other && other != lane.Gpu.Id
                ? $"is left out: {other} is expected to be done with it sooner"
                : "is left out: others are expected to be done with it sooner");
        }

        if (!lane.Serves.ContainsKey(group) && lane.Serves.Keys.Any(other => other.Count > 0 && other.Needs.Tier == ticket.Tier))
        {
            return (GpuRefusalKind.OthersFirst, "goes on first with tickets whose models it holds");
        }

        if (answer.AheadOfSamePriority == 0)
        {
            return (GpuRefusalKind.Next, "takes it next");
        }

        var owner = line.Share.Owner;
        return owner.Served > forecast.LeastServed(ticket.Tier) + _costs.Run(group.Work, lane.Gpu.Id).Mean
            ? (GpuRefusalKind.FairShare, "takes tickets of others first, who got less GPU time so far")
            : (GpuRefusalKind.OthersFirst, $"takes others first: {WaitWords.Tickets(answer.AheadOfSamePriority)} waited longer");
    }

    private Forecast ForecastOf(TicketGroup group, double at)
    {
        // Unless it is of a much smaller pool.
        if ((_lanes.Count > SmallFleet || _tickets.Count > FewTickets)
            && _forecast is { } known && known.Of(group) is not null && at >= known.At && at - known.At < OldAnswer * Math.Max(1, _tickets.Count / TicketsASecondOfAge) && _tickets.Count <= 2 * known.Tickets)
        {
            return known;
        }

        return _forecast = new Forecast(
            at,
            [.. _lanes.Values.Where(lane => lane.Gpu.Works)],
            _tickets.Groups.Where(group => group.Count > 0),
            (lane, group) => IsAble(lane, group) ? (LoadOf(lane, group), _costs.Run(group.Work, lane.Gpu.Id).Mean) : null);
    }
}
