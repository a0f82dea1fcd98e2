using Continuity.Chaos.Processes;
using Continuity.Client;
using Continuity.Pipelines;

using Orleans.Runtime;

namespace Continuity.Chaos.Clusters;

/// <summary>Where grains live.</summary>
/// <param name="grains">The activations of the cluster, by what Orleans itself counts.</param>
public sealed class Placement(IReadOnlyList<DetailedGrainStatistic> grains)
{
    /// <summary>Asks a cluster.</summary>
    internal static async Task<Placement> AskAsync(ClusterConnection connection) =>
        new(await connection.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics());

    /// <summary>Whether a silo hosts a GPU's queue.</summary>
    public bool HostsQueue(SiloProcess silo) => On(silo).Any(grain => grain.GrainType.Contains("GpuQueueGrain", StringComparison.Ordinal));

    /// <summary>Whether a silo hosts a pipeline or one of its tasks.</summary>
    public bool HostsWorkOf(SiloProcess silo, PipelineId pipeline) => On(silo).Any(grain => Pipelines.Contains(grain, pipeline));

    private IEnumerable<DetailedGrainStatistic> On(SiloProcess silo) => grains.Where(grain =>
        grain.SiloAddress.Endpoint.Port == silo.SiloPort && grain.SiloAddress.Endpoint.Address.Equals(silo.Address));

    private static class Pipelines
    {
        // Keys of pipelines are their ids, keys of tasks begin with it.
        public static bool Contains(DetailedGrainStatistic grain, PipelineId pipeline) =>
            (grain.GrainType.Contains("PipelineGrain", StringComparison.Ordinal) || grain.GrainType.Contains("TaskGrain", StringComparison.Ordinal))
            && grain.GrainId.Key.ToString() is { } key
            && (key == pipeline.Value || key.StartsWith($"{pipeline.Value}/", StringComparison.Ordinal));
    }
}
