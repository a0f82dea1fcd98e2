using Continuity.Grains.Gpu.Placement;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Continuity.Grains.Hosting;

/// <summary>Puts the queue of each GPU on the silo beside it.</summary>
internal static class GpuPlacementExtensions
{
    /// <summary>Publishes the GPUs of the silo's options to the other silos, and places the queues of GPUs by what they publish.</summary>
    /// <param name="silo">The silo.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder AddGpuPlacement(this ISiloBuilder silo)
    {
        // The metadata is read when the silo starts, and by then holds what the options say, whoever sets them.
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        silo.Services.AddOptions<SiloMetadata>().Configure<IOptions<ContinuityOptions>>((_, options) =>
        {
            foreach (var gpu in options.Value.Gpus)
            {
                metadata[GpuHomes.KeyOf(gpu.Id)] = gpu.Address.AbsoluteUri;
            }
        });
        silo.UseSiloMetadata(metadata);
        silo.Services.TryAddSingleton<GpuHomes>();
        return silo.AddPlacementDirector<BesideGpuPlacement, BesideGpuDirector>();
    }
}
