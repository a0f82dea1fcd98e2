using Continuity.Engine.Scheduling.Waiting;

namespace Continuity.Engine.Scheduling;

/// <content>What keeps younger tickets of a pipeline from going before its older ones for too long.</content>
public sealed partial class Scheduler
{
    // The parts of the longest deferral from which on a GPU is sought for what is passed over, and from which on nothing goes before it any more. The rest is for what GPUs are busy with.
    private const double SoonPart = 0.35;
    private const double LatePart = 0.85;

    // Of tickets that are all late one may still go before an older one, if it starts before this part has passed.
    private const double LastPart = 0.95;

    // A GPU whose own tickets were passed over as well does not change for others before those are behind by so much more: this part of the time that its own were passed over,
    // and so many times what the change costs. Otherwise GPUs that are all behind would do nothing but change.
    private const double OwnPart = 0.5;
    private const double ChangesWorth = 3;

    // The work that was passed over may be what the fleet does in this part of the longest deferral: more could not be done in time.
    private const double PassedPart = 0.5;

    private const int FewPipelines = 100;

    // Of so many GPUs one at a time changes to a group that was passed over, until it shows whether that was enough.
    private const double SoManyAtOnce = 4;

    private double Late => _options.MaxDeferral.TotalSeconds * LatePart;

    private bool IsLate(double passedSince, double now) => now - passedSince > Late;

    // In a large fleet there is always a GPU that may change, and nothing has to be planned. Among very many pipelines it would take too long to find those that may go.
    private bool IsTight => _lanes.Count <= SmallFleet && _tickets.Pipelines <= FewPipelines;

    // The seconds of work that were passed over and wait.
    private double PassedWork(GpuLane lane) => !IsTight ? 0 : _tickets.Groups.Sum(group => group.Passed is null ? 0 : group.PassedCount * _costs.Run(group.Work, lane.Gpu.Id).Mean);

    // Whether a line must not go, because older tickets of its pipeline have been passed over for long, or would be and are too much work to be done in time.
    private bool IsBlocked(GpuLane lane, Line line, double passedWork, double now)
    {
        var isLate = IsTight && IsLate(line.PassedSince, now);
        var starts = FreeBy(lane, now);
        var (more, passesAny) = (0.0, false);
        foreach (var other in line.Share.Lines)
        {
            if (other == line || TicketOrder.Instance.Compare(other.First, line.First) >= 0 || !IsAble(lane, other.Group))
            {
                continue;
            }

            if (isLate ? starts - other.PassedSince > _options.MaxDeferral.TotalSeconds * LastPart : IsLate(other.PassedSince, now))
            {
                return true;
            }

            if (!IsTight)
            {
                continue;
            }

            // Those of a line that lie partly before it are passed a few at a time.
            if (other.PassedCount < other.Count && TicketOrder.Instance.Compare(other.Last, line.First) < 0)
            {
                more += (other.Count - other.PassedCount) * _costs.Run(other.Group.Work, lane.Gpu.Id).Mean;
            }

            passesAny |= double.IsPositiveInfinity(line.PassedSince);
        }

        return !isLate && (more > 0 || passesAny) && passedWork + more > _options.MaxDeferral.TotalSeconds * PassedPart * _working;
    }

    // When everything is blocked: what was passed over longest; while there is time, of those whose files are here if they are about as far behind.
    private Line? LongestPassed(GpuLane lane, List<Candidate> candidates, double now)
    {
        var passed = candidates.Where(candidate => candidate.Group.Passed is not null).ToList();
        var longest = passed.MinBy(candidate => candidate.Group.PassedSince);
        var held = passed.Where(candidate => lane.Serves.ContainsKey(candidate.Group)).MinBy(candidate => candidate.Group.PassedSince);
        return (held is not null && !IsLate(longest!.Group.PassedSince, now) && held.Group.PassedSince - longest.Group.PassedSince < ChangesWorth * longest.Swap ? held : longest)?.Group.Passed;
    }

    // A group that was passed over for long gets a GPU: one that holds its files; or one that is ahead with what it holds, if too few work on it.
    private TicketGroup? Overdue(GpuLane lane, List<Candidate> candidates, double now)
    {
        var soon = _options.MaxDeferral.TotalSeconds * SoonPart;
        var own = candidates.Where(candidate => lane.Serves.ContainsKey(candidate.Group)).ToList();
        var drain = own.Select(candidate => Drain(candidate, now)).DefaultIfEmpty(0).Max();
        var behind = own.Select(candidate => now - candidate.Group.PassedSince).DefaultIfEmpty(0).Max();
        TicketGroup? held = null, cold = null;
        foreach (var candidate in candidates)
        {
            var group = candidate.Group;
            if (now - group.PassedSince <= soon)
            {
                continue;
            }

            if (lane.Serves.ContainsKey(group))
            {
                held = held is null || group.PassedSince < held.PassedSince ? group : held;
            }
            else if (now - group.PassedSince > WorthAChange(candidate) && NeedsAnother(lane, candidate, drain, now))
            {
                cold = cold is null || group.PassedSince < cold.PassedSince ? group : cold;
            }
        }

        if (cold is null || (held is not null && !GoesBefore(cold, held)))
        {
            return held;
        }

        cold.JoinedAt = now;
        return cold;

        double WorthAChange(Candidate candidate)
        {
            if (!IsTight)
            {
                return soon;
            }

            var least = Math.Max(Math.Min(Late, soon + (OwnPart * behind)), behind + (ChangesWorth * candidate.Swap));
            return candidate.Group.Service.Gpus == 0 ? Math.Min(Late, least) : least;
        }

        // Nobody works on it, and it is much further behind or has no time left while others work on what is here.
        bool GoesBefore(TicketGroup other, TicketGroup here) => other.Service.Gpus == 0
            && (here.PassedSince >= other.PassedSince + (soon / 4) || (IsTight && here.Service.Gpus > 1 && IsLate(other.PassedSince, now)));
    }

    // Whether a GPU is to change to a group that was passed over: nobody works on it, or not enough to come near those that are ahead; and nobody would have less to change.
    private bool NeedsAnother(GpuLane lane, Candidate candidate, double own, double now)
    {
        var group = candidate.Group;
        var isLate = IsLate(group.PassedSince, now);
        var isShown = now > group.JoinedAt + ((candidate.Load + candidate.Run) * Math.Min(1, SoManyAtOnce / _working));
        if (group.Service.Gpus > 0 && !(isShown && (isLate || Drain(candidate, now) - own > _options.MaxDeferral.TotalSeconds)))
        {
            return false;
        }

        return isLate || _lanes.Count > SmallFleet || _lanes.Values.All(other =>
            other == lane || !other.Gpu.Works || other.Serves.ContainsKey(group) || !IsAble(other, group) || SwapOf(other, group) >= candidate.Swap - SmallLoad);
    }
}
