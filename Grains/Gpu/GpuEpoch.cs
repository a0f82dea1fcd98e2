namespace Continuity.Grains.Gpu;

/// <summary>How many times a GPU's queue was activated: the upper half of its leases' epochs, so that they grow over restarts too.</summary>
[GenerateSerializer, Alias("continuity.gpu-epoch")]
internal sealed class GpuEpoch
{
    [Id(0)]
    public long Activations { get; set; }
}
