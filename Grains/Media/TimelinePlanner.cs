using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Continuity.Grains.Media;

/// <summary>Decides what a film is put together from. Pure: the same clips give the same plan.</summary>
internal static class TimelinePlanner
{
    /// <summary>Makes the plan.</summary>
    /// <param name="timeline">The clips and transitions.</param>
    /// <param name="infos">What each clip is, in the same order.</param>
    /// <param name="transitionDuration">How long a dissolve is, and each half of a fade, where the clips are long enough.</param>
    /// <param name="allowLossless">Whether equal clips may be joined without encoding.</param>
    public static RenderPlan Plan(TimelinePlan timeline, IReadOnlyList<MediaInfo> infos, TimeSpan transitionDuration, bool allowLossless = true)
    {
        if (infos.Count == 0 || infos.Count != timeline.Clips.Length)
        {
            throw new ArgumentException($"A plan needs at least one clip and what each is: {timeline.Clips.Length} clips, {infos.Count} known.", nameof(infos));
        }

        var (width, height) = FilmFormat.SizeOf(infos);
        var rate = FilmFormat.RateOf(infos);
        ImmutableArray<SourceClip> clips = [.. timeline.Clips.Select((clip, i) => new SourceClip(clip.Path, infos[i], FilmFormat.FramesOf(infos[i], rate)))];
        var joints = Joints(timeline, clips, Math.Max(1, rate.FramesIn(transitionDuration)), out var replaced);
        var lossless = allowLossless
            && joints.All(joint => joint.Kind == TransitionKind.Cut)
            && infos[0].Fingerprint.Length > 0
            && infos.All(info => info.Fingerprint == infos[0].Fingerprint)
            && timeline.Clips.All(clip => ConcatList.CanHold(clip.Path));
        return new RenderPlan(
            width,
            height,
            rate,
            FilmFormat.ColorOf(infos),
            infos.Any(info => info.HasAudio),
            lossless,
            clips,
            Segments(clips, joints),
            Shots(clips, joints),
            [.. joints.Select((joint, i) => new RenderedTransition(i, joint.Kind, joint.TotalFrames)).Where(made => made.Kind != TransitionKind.Cut)],
            replaced);
    }

    private static ImmutableArray<Joint> Joints(
        TimelinePlan timeline, ImmutableArray<SourceClip> clips, long wanted, out ImmutableArray<ReplacedTransition> replaced)
    {
        var joints = ImmutableArray.CreateBuilder<Joint>(clips.Length - 1);
        var cuts = ImmutableArray.CreateBuilder<ReplacedTransition>();
        for (var i = 0; i < clips.Length - 1; i++)
        {
            // A clip gives at most half of itself to each side, so that its two transitions never meet.
            var frames = Math.Min(wanted, Math.Min(clips[i].Frames, clips[i + 1].Frames) / 2);
            var name = timeline.Clips[i].Transition;
            var kind = TransitionNames.Parse(name);

            // A fade of one frame would be a single black frame: a flash, not a fade.
            var least = kind == TransitionKind.FadeToBlack ? 2 : 1;
            if (kind is null)
            {
                cuts.Add(new ReplacedTransition(i, name!, "It is not rendered here: Cut, Dissolve and Fade to Black are."));
            }
            else if (kind != TransitionKind.Cut && frames < least)
            {
                cuts.Add(new ReplacedTransition(i, name!, $"The clips are too short: {clips[i].Frames} and {clips[i + 1].Frames} frames."));
                kind = null;
            }

            joints.Add(kind is null or TransitionKind.Cut ? new Joint(TransitionKind.Cut, 0) : new Joint(kind.Value, frames));
        }

        replaced = cuts.ToImmutable();
        return joints.ToImmutable();
    }

    private static ImmutableArray<Segment> Segments(ImmutableArray<SourceClip> clips, ImmutableArray<Joint> joints)
    {
        var segments = ImmutableArray.CreateBuilder<Segment>();
        for (var i = 0; i < clips.Length; i++)
        {
            var before = i > 0 ? joints[i - 1] : default;
            var after = i < joints.Length ? joints[i] : default;
            var body = clips[i].Frames - before.Overlap - after.Overlap;
            if (body > 0)
            {
                segments.Add(new Segment.Body(i, before.Overlap, body, before.Fade, after.Fade));
            }

            if (after.Overlap > 0)
            {
                segments.Add(new Segment.Dissolve(i, clips[i].Frames - after.Overlap, after.Overlap));
            }
        }

        return segments.ToImmutable();
    }

    private static ImmutableArray<TimelineShot> Shots(ImmutableArray<SourceClip> clips, ImmutableArray<Joint> joints)
    {
        var shots = ImmutableArray.CreateBuilder<TimelineShot>(clips.Length);
        long start = 0;
        for (var i = 0; i < clips.Length; i++)
        {
            shots.Add(new TimelineShot(i, start, clips[i].Frames));
            start += clips[i].Frames - (i < joints.Length ? joints[i].Overlap : 0);
        }

        return shots.MoveToImmutable();
    }

    /// <summary>What happens between two clips, and how many frames of each take part.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Joint(TransitionKind Kind, long Frames)
    {
        public long Overlap => Kind == TransitionKind.Dissolve ? Frames : 0;

        public long Fade => Kind == TransitionKind.FadeToBlack ? Frames : 0;

        public long TotalFrames => Overlap + (2 * Fade);
    }
}
