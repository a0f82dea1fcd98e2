using System.Collections.Immutable;

namespace Continuity.Timelines;

/// <summary>What a film is joined from, in order.</summary>
/// <param name="Clips">The clips, in story order; at least one.</param>
[GenerateSerializer, Immutable, Alias("continuity.timeline")]
public sealed record TimelineSpec([property: Id(0)] ImmutableArray<TimelineClip> Clips);

/// <summary>One clip of a film.</summary>
/// <param name="TaskId">The task whose first video is the clip.</param>
/// <param name="Transition">
/// The transition to the next clip as the project names it, such as <c>Dissolve</c>; <see langword="null"/> is a cut. Dissolve and Fade to Black are rendered;
/// any other becomes a cut and is listed in the manifest.
/// </param>
[GenerateSerializer, Immutable, Alias("continuity.timeline-clip")]
public sealed record TimelineClip([property: Id(0)] string TaskId, [property: Id(1)] string? Transition = null);
