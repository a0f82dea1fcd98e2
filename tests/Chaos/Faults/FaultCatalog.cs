using System.Collections.Immutable;

using Continuity.Chaos.Clusters;

namespace Continuity.Chaos.Faults;

/// <summary>All faults.</summary>
public static class FaultCatalog
{
    /// <summary>Every fault there is.</summary>
    public static ImmutableArray<Fault> All { get; } = [.. SiloFaults.All, .. ComfyFaults.All, .. DatabaseFaults.All, .. ClockFaults.All];

    /// <summary>Finds a fault by its name.</summary>
    public static Fault Find(string name) => All.FirstOrDefault(fault => fault.Name == name)
        ?? throw new ChaosException($"There is no fault '{name}'. Known: {string.Join(", ", All.Select(fault => fault.Name))}");

    /// <summary>Draws one that can be done to a cluster.</summary>
    public static Fault Draw(FarmCluster farm, Random random)
    {
        var possible = All.Where(fault => fault.WhyNot(farm) is null).ToList();
        var left = random.Next(possible.Sum(fault => fault.Weight));
        return possible.First(fault => (left -= fault.Weight) < 0);
    }
}
