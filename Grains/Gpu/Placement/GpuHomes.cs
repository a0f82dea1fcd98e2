using Continuity.Gpu;

using Orleans.Runtime.MembershipService.SiloMetadata;

namespace Continuity.Grains.Gpu.Placement;

/// <summary>Knows which silo stands beside which GPU: silos publish the GPUs of their configuration as metadata.</summary>
internal sealed class GpuHomes(ISiloMetadataCache metadata, ISiloStatusOracle silos)
{
    private const string Prefix = "continuity.gpu/";

    public static string KeyOf(string gpu) => Prefix + gpu;

    public static string KeyOf(GpuId gpu) => KeyOf(gpu.Value);

    /// <summary>Finds the silo beside a GPU among some; null when none of them says so.</summary>
    public SiloAddress? Find(string gpu, IEnumerable<SiloAddress> among) => among.Where(silo => IsBeside(silo, gpu)).Order().FirstOrDefault();

    /// <summary>Another silo that is up and stands beside a GPU, when this one does not.</summary>
    public SiloAddress? FindElsewhere(string gpu) =>
        IsBeside(silos.SiloAddress, gpu) ? null : Find(gpu, silos.GetApproximateSiloStatuses(onlyActive: true).Keys);

    private bool IsBeside(SiloAddress silo, string gpu) => metadata.GetSiloMetadata(silo).Metadata.ContainsKey(KeyOf(gpu));
}
