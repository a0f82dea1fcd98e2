using System.Collections.Immutable;

namespace Continuity.Grains.Media;

/// <summary>What a film is joined from, in order.</summary>
/// <param name="Clips">The clips; at least one.</param>
internal sealed record TimelinePlan(ImmutableArray<TimelinePlanClip> Clips);

/// <summary>One clip.</summary>
/// <param name="Path">Path of the file; any characters.</param>
/// <param name="Transition">The transition to the next clip in the project's words; <see langword="null"/> is a cut. The last clip's is ignored.</param>
internal sealed record TimelinePlanClip(string Path, string? Transition = null);

/// <summary>How the film is to be.</summary>
/// <param name="OutputPath">Path of the film (MP4). Its folder must exist; an existing file is replaced once the film is whole.</param>
internal sealed record TimelineOutput(string OutputPath)
{
    /// <summary>How long a dissolve is, and each half of a fade to black. Default half a second.</summary>
    public TimeSpan TransitionDuration { get; init; } = TimeSpan.FromSeconds(0.5);
}
