using System.Collections.Immutable;

using Continuity.Engine.Scheduling.Costs;

namespace Continuity.Grains.Gpu;

/// <summary>What prompts and loads were seen to take, as it is stored.</summary>
[GenerateSerializer, Alias("continuity.learned-costs")]
internal sealed record LearnedCostsState
{
    [Id(0)] public ImmutableArray<StoredEstimate> Estimates { get; init; } = [];

    public static LearnedCostsState Of(LearnedCosts costs) =>
        new() { Estimates = [.. costs.All().Select(pair => new StoredEstimate(pair.Kind, pair.Name, pair.Gpu, pair.Estimate.Mean, pair.Estimate.Deviation, pair.Estimate.Count))] };

    public LearnedCosts ToCosts()
    {
        var costs = new LearnedCosts();
        foreach (var stored in Estimates)
        {
            costs.Restore(new LearnedCosts.Entry(stored.Kind, stored.Name, stored.Gpu, new Estimate(stored.Mean, stored.Deviation, stored.Count)));
        }

        return costs;
    }
}

/// <summary>One of them.</summary>
/// <param name="Kind">What it is of.</param>
/// <param name="Name">The workflow with its size, or the file; empty for a GPU's speed.</param>
/// <param name="Gpu">The GPU; empty where it is of no GPU.</param>
/// <param name="Mean">The estimate.</param>
/// <param name="Deviation">Its mean deviation.</param>
/// <param name="Count">How many samples it has seen.</param>
[GenerateSerializer, Immutable, Alias("continuity.stored-estimate")]
internal sealed record StoredEstimate(
    [property: Id(0)] CostKind Kind,
    [property: Id(1)] string Name,
    [property: Id(2)] string Gpu,
    [property: Id(3)] double Mean,
    [property: Id(4)] double Deviation,
    [property: Id(5)] int Count);
