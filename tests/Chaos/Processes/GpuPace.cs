namespace Continuity.Chaos.Processes;

/// <summary>How fast simulated GPUs are.</summary>
/// <param name="Step">A sampling step.</param>
/// <param name="Load">A model file.</param>
/// <param name="Frame">A frame of a frame-wise node.</param>
public sealed record GpuPace(TimeSpan Step, TimeSpan Load, TimeSpan Frame)
{
    /// <summary>Prompts of the drafts that tests use take about half a second.</summary>
    public static GpuPace Quick { get; } = new(TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(10));

    /// <summary>They take several seconds: there is time to do something to them.</summary>
    public static GpuPace Slow { get; } = new(TimeSpan.FromMilliseconds(800), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(10));

    /// <summary>Nothing takes time but what a workflow asks for itself.</summary>
    public static GpuPace Instant { get; } = new(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
}
