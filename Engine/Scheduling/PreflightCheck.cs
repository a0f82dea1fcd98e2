using System.Collections.Immutable;

using Continuity.Gpu;

namespace Continuity.Engine.Scheduling;

/// <summary>Compares a whole pipeline with the fleet before it starts.</summary>
public static class PreflightCheck
{
    /// <summary>Finds the tasks that no GPU can run. A GPU of which nothing is known yet counts as able; without any GPU nothing is impossible, only to be waited for.</summary>
    /// <param name="groups">The tasks, by what they need.</param>
    /// <param name="fleet">Every GPU.</param>
    /// <returns>The problems, in the order of the groups.</returns>
    public static ImmutableArray<PreflightProblem> Find(IEnumerable<PreflightGroup> groups, IReadOnlyCollection<FleetGpu> fleet) =>
        fleet.Count == 0 ? [] : [.. groups.Select(group => ProblemOf(group, fleet)).OfType<PreflightProblem>()];

    private static PreflightProblem? ProblemOf(PreflightGroup group, IReadOnlyCollection<FleetGpu> fleet)
    {
        var reasons = ImmutableArray.CreateBuilder<PreflightReason>(fleet.Count);
        foreach (var gpu in fleet)
        {
            ImmutableArray<GpuLack> lacks = [.. Abilities.Lacks(group.Needs, gpu.Capabilities)];
            if (lacks.IsEmpty)
            {
                return null;
            }

            reasons.AddRange(lacks.Select(lack => new PreflightReason(gpu.Id, gpu.Name, lack.Describe() + Elsewhere(lack, gpu, fleet))));
        }

        return new PreflightProblem(group.TaskIds, group.ProfileId, reasons.DrainToImmutable());
    }

    // No GPU has everything, but some other one may have this: that is where a file can be copied from.
    private static string Elsewhere(GpuLack lack, FleetGpu gpu, IEnumerable<FleetGpu> fleet)
    {
        var others = fleet.Where(other => other.Id != gpu.Id && other.Capabilities is { } has && Abilities.Has(lack, has)).Select(other => other.Id.Value).ToList();
        return others.Count == 0 ? "" : $" ({string.Join(", ", others)} {(others.Count == 1 ? "has" : "have")} it)";
    }
}
