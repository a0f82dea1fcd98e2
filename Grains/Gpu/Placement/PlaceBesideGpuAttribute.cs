using Orleans.Placement;

namespace Continuity.Grains.Gpu.Placement;

/// <summary>The grain lives on the silo beside the GPU that its key names, or on any other while that one is away.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PlaceBesideGpuAttribute() : PlacementAttribute(new BesideGpuPlacement());
