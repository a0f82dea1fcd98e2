using Orleans.Runtime.Placement;

namespace Continuity.Grains.Gpu.Placement;

/// <summary>Chooses the silo for a GPU's queue: the one beside the GPU, else any, always the same one for the same silos.</summary>
internal sealed class BesideGpuDirector(GpuHomes homes) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        if (silos.Length == 0)
        {
            throw new OrleansException($"No silo can run {target.GrainIdentity}.");
        }

        // A queue that goes home names the silo: whoever places it may not have heard of that one yet.
        return Task.FromResult(IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) ?? homes.Find(target.GrainIdentity.Key.ToString()!, silos) ?? Any(target.GrainIdentity, silos));
    }

    private static SiloAddress Any(GrainId grain, SiloAddress[] silos) => silos.Order().ElementAt((int)(grain.GetUniformHashCode() % (uint)silos.Length));
}
