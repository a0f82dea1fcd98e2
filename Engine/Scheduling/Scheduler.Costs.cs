using System.Collections.Immutable;

using Continuity.Engine.Scheduling.Waiting;
using Continuity.Gpu;
using Continuity.Pipelines;

namespace Continuity.Engine.Scheduling;

/// <content>What it knows that the end of a pipeline depends on.</content>
public sealed partial class Scheduler
{
    /// <summary>Tells what the rest of a pipeline would take: on which GPU, and what is before it. Costs the GPUs times the works asked for, whatever the number of tickets.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="now">The time.</param>
    /// <returns>What is known.</returns>
    public FleetCosts Costs(CostQuestion question, DateTimeOffset now)
    {
        var at = Seconds(now);
        var works = question.Works;
        var gpus = ImmutableArray.CreateBuilder<GpuCosts>();
        foreach (var lane in _lanes.Values.Where(lane => lane.Gpu.Works))
        {
            var given = lane.Items.Select(item => new GivenPrompt(item.Ticket.Id, Expected(item.Load, item.Run, item.Models))).ToImmutableArray();
            gpus.Add(new GpuCosts(
                lane.Gpu.Id,
                [.. works.Select(work => Abilities.Lacks(work.Needs, lane.Gpu.Capabilities).Any() ? null : Expected(LoadOf(lane, work.Needs.Models), _costs.Run(work.Name, lane.Gpu.Id), work.Needs.Models))],
                given,
                given.IsEmpty ? 0 : Math.Max(0, at - lane.FreeAt + given.Sum(item => item.Expected.Load + item.Expected.Run)),
                lane.Residency.Capacity));
        }

        return new FleetCosts(gpus.ToImmutable(), Others(question), question.Pipeline);
    }

    private OthersWaiting Others(CostQuestion question)
    {
        var own = _tickets.ShareOf(question.Pipeline);

        // What an operator made of its tier shows in its tickets.
        var tier = own?.Lines.FirstOrDefault()?.Group.Needs.Tier ?? Ticket.TierOf(question.Priority, isLate: false);
        var (before, beside, tickets) = (0.0, 0.0, 0);
        var gpu = _lanes.Values.FirstOrDefault(lane => lane.Gpu.Works)?.Gpu.Id ?? default;
        foreach (var group in _tickets.Groups)
        {
            var count = group.Count - (own?.Lines.Find(line => line.Group == group)?.Count ?? 0);
            if (count <= 0 || group.Needs.Tier < tier)
            {
                continue;
            }

            var seconds = count * _costs.Run(group.Work, gpu).Mean;
            (before, beside) = group.Needs.Tier > tier ? (before + seconds, beside) : (before, beside + seconds);
            tickets += count;
        }

        // An owner's pipelines share what the owner gets.
        var rivals = _tickets.Owners - (own is { Owner.Waiting: > 0 } ? 1 : 0) + (own is not null && own.Owner.Waiting > own.Waiting ? 1 : 0);
        return new OthersWaiting(before, beside, rivals, tickets == 0 ? 0 : (before + beside) / tickets);
    }

    private ExpectedTime Expected(double load, Costs.Estimate run, ImmutableArray<ModelFile> models) => new(load, run.Mean, run.Deviation, run.Count, models.Sum(_costs.Load));
}
