namespace Continuity.Grains.Gpu.Placement;

/// <summary>Places a grain on the silo that advertises the GPU which the grain's key names.</summary>
[Serializable, GenerateSerializer, Immutable, SuppressReferenceTracking, Alias("continuity.beside-gpu-placement")]
internal sealed class BesideGpuPlacement : PlacementStrategy;
