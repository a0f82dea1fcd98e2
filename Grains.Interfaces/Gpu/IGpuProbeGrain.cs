using Orleans.Concurrency;

namespace Continuity.Gpu;

/// <summary>Looks at an address from inside the cluster, where its GPUs have to be reached from, before it is added. Holds nothing.</summary>
[Alias("continuity.IGpuProbeGrain")]
public interface IGpuProbeGrain : IGrainWithIntegerKey
{
    /// <summary>Asks the ComfyUI at an address who it is.</summary>
    /// <param name="address">The base address.</param>
    /// <returns>Whether a ComfyUI answers.</returns>
    [Alias("probe"), ReadOnly]
    Task<GpuProbeResult> ProbeAsync(Uri address);
}

/// <summary>What answers at an address. A closed set: <see cref="Found"/>, <see cref="Unreachable"/>, <see cref="NotComfy"/>.</summary>
[GenerateSerializer, Immutable, Alias("continuity.gpu-probe-result")]
public abstract record GpuProbeResult
{
    private GpuProbeResult()
    {
    }

    /// <summary>A ComfyUI.</summary>
    /// <param name="Device">Name of its device; empty when it does not tell.</param>
    /// <param name="ComfyVersion">Its version; empty when it does not tell.</param>
    [GenerateSerializer, Immutable, Alias("continuity.gpu-probe-found")]
    public sealed record Found([property: Id(0)] string Device, [property: Id(1)] string ComfyVersion) : GpuProbeResult;

    /// <summary>Nothing answers.</summary>
    /// <param name="Message">What was tried, in words.</param>
    [GenerateSerializer, Immutable, Alias("continuity.gpu-probe-unreachable")]
    public sealed record Unreachable([property: Id(0)] string Message) : GpuProbeResult;

    /// <summary>Something answers that is not ComfyUI.</summary>
    /// <param name="Message">What, in words.</param>
    [GenerateSerializer, Immutable, Alias("continuity.gpu-probe-not-comfy")]
    public sealed record NotComfy([property: Id(0)] string Message) : GpuProbeResult;
}
