using Continuity.Gpu;

namespace Continuity.Engine.Scheduling;

/// <summary>A GPU as the rules see it.</summary>
/// <param name="Status">How it is, with the mode that its operator wants.</param>
/// <param name="Capabilities">What it can run; <see langword="null"/> while unknown, and then it counts as able.</param>
/// <param name="Name">Its name for people.</param>
public sealed record FleetGpu(GpuStatus Status, GpuCapabilities? Capabilities = null, string Name = "")
{
    /// <summary>The GPU.</summary>
    public GpuId Id => Status.Id;

    /// <summary>Whether it may get work now, apart from its slots.</summary>
    public bool Works => Status is { Health: GpuHealth.Healthy, Mode: GpuMode.Active };
}
