using System.Collections.Immutable;

namespace Continuity.Grains.Media;

/// <summary>How a film is made: its format, and the pieces it is put together from, in order.</summary>
internal sealed record RenderPlan(
    int Width,
    int Height,
    FrameRate FrameRate,
    ColorTags Color,
    bool HasAudio,
    bool Lossless,
    ImmutableArray<SourceClip> Clips,
    ImmutableArray<Segment> Segments,
    ImmutableArray<TimelineShot> Shots,
    ImmutableArray<RenderedTransition> Rendered,
    ImmutableArray<ReplacedTransition> ReplacedByCuts)
{
    /// <summary>The film's length.</summary>
    public long Frames => Segments.Sum(segment => segment.Frames);
}

/// <summary>A clip and its length in the film's frames.</summary>
internal sealed record SourceClip(string Path, MediaInfo Info, long Frames);

/// <summary>A piece of the film that is rendered by one run with at most two inputs, so that a film of any length needs no large filter graph.</summary>
/// <param name="Frames">Length in the film's frames; at least 1.</param>
internal abstract record Segment(long Frames)
{
    /// <summary>A part of one clip.</summary>
    /// <param name="Clip">Index of the clip.</param>
    /// <param name="Start">First frame of the clip that is in the segment, counted in the film's frame rate.</param>
    /// <param name="Frames">Length.</param>
    /// <param name="FadeIn">How many frames it rises from black; the first is black. 0 for none.</param>
    /// <param name="FadeOut">How many frames it sinks to black; the last is black. 0 for none.</param>
    public sealed record Body(int Clip, long Start, long Frames, long FadeIn, long FadeOut) : Segment(Frames);

    /// <summary>The end of one clip becoming the beginning of the next.</summary>
    /// <param name="Clip">Index of the first clip.</param>
    /// <param name="Start">First frame of that clip that is in the segment. The next clip's is 0.</param>
    /// <param name="Frames">Length.</param>
    public sealed record Dissolve(int Clip, long Start, long Frames) : Segment(Frames);
}
