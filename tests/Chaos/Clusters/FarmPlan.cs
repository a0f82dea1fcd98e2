using Continuity.Chaos.Processes;

namespace Continuity.Chaos.Clusters;

/// <summary>What a cluster under test consists of.</summary>
public sealed record FarmPlan
{
    /// <summary>Silos.</summary>
    public int Silos { get; init; } = 3;

    /// <summary>Simulated GPUs, each in a process of its own, beside one silo each.</summary>
    public int Gpus { get; init; } = 2;

    /// <summary>How fast they are.</summary>
    public GpuPace Pace { get; init; } = GpuPace.Instant;

    /// <summary>Whether they write tiny files instead of true pictures and videos.</summary>
    public bool TinyMedia { get; init; }

    /// <summary>Whether silos live in network namespaces, where those can be made, so that they can be cut off.</summary>
    public bool Network { get; init; }

    /// <summary>Whether store and artifacts lie on small disks, where those can be made, so that they can be full.</summary>
    public bool SmallDisks { get; init; }
}
