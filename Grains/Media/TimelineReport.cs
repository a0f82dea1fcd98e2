using System.Collections.Immutable;

namespace Continuity.Grains.Media;

/// <summary>What became of a timeline.</summary>
/// <param name="OutputPath">Path of the film.</param>
/// <param name="Duration">How long the film is.</param>
/// <param name="Frames">How many frames it has.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="FrameRate">Frames a second, constant.</param>
/// <param name="HasAudio">Whether the film has a sound track.</param>
/// <param name="Lossless">Whether the clips' video was joined as it was, without encoding.</param>
/// <param name="Shots">The shots, in order.</param>
/// <param name="Rendered">The transitions that are in the film, in order. Cuts that were asked for are not listed.</param>
/// <param name="ReplacedByCuts">The transitions that became cuts, in order.</param>
internal sealed record TimelineReport(
    string OutputPath,
    TimeSpan Duration,
    long Frames,
    int Width,
    int Height,
    FrameRate FrameRate,
    bool HasAudio,
    bool Lossless,
    ImmutableArray<TimelineShot> Shots,
    ImmutableArray<RenderedTransition> Rendered,
    ImmutableArray<ReplacedTransition> ReplacedByCuts);

/// <summary>One shot of the film.</summary>
/// <param name="Clip">Index of the clip, from 0.</param>
/// <param name="StartFrame">The film's frame with which the shot begins; inside a dissolve, the dissolve's first.</param>
/// <param name="Frames">How many frames the shot has, those in dissolves included.</param>
internal sealed record TimelineShot(int Clip, long StartFrame, long Frames);

/// <summary>A transition in the film.</summary>
/// <param name="AfterClip">Index of the clip before it, from 0.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Frames">How many frames it covers: the overlap of a dissolve, both halves of a fade to black.</param>
internal sealed record RenderedTransition(int AfterClip, TransitionKind Kind, long Frames);

/// <summary>A transition that became a cut.</summary>
/// <param name="AfterClip">Index of the clip before it, from 0.</param>
/// <param name="Requested">The transition in the project's words.</param>
/// <param name="Reason">Why it became a cut.</param>
internal sealed record ReplacedTransition(int AfterClip, string Requested, string Reason);

/// <summary>The transitions that can be rendered.</summary>
internal enum TransitionKind
{
    /// <summary>The next clip begins at once.</summary>
    Cut,

    /// <summary>The clips overlap, one becoming the other.</summary>
    Dissolve,

    /// <summary>The first clip ends in black, and the next begins from it.</summary>
    FadeToBlack,
}
