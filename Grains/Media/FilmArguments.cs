using System.Globalization;

namespace Continuity.Grains.Media;

/// <summary>ffmpeg's arguments for each step of a film. Pure.</summary>
internal static class FilmArguments
{
    /// <summary>Samples a second of the film's sound.</summary>
    public const int SampleRate = 48_000;

    // No B-frames: every segment's decoding times then equal its display times, and segments of any length join without gaps.
    private static readonly string[] Encoder =
        ["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-bf", "0", "-pix_fmt", "yuv420p", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-an", "-sn", "-dn"];

    // xfade passes on the second input unmixed as soon as the first has ended, a frame too early; the held frames are cut off with -frames:v.
    private const string Held = ",tpad=stop_mode=clone:stop=2";

    /// <summary>Renders a segment.</summary>
    public static IReadOnlyList<string> OfSegment(RenderPlan plan, Segment segment, string output) => segment switch
    {
        Segment.Body body => [.. Inputs(plan, body.Clip), .. Graph($"[0:V:0]{Chain(plan, body.Clip, body.Start, body.Frames)}{Fades(body)}[v]"), .. To(segment, output)],
        Segment.Dissolve dissolve =>
        [
            .. Inputs(plan, dissolve.Clip, dissolve.Clip + 1),
            .. Graph(
                $"[0:V:0]{Chain(plan, dissolve.Clip, dissolve.Start, dissolve.Frames)}{Held}[a];" +
                $"[1:V:0]{Chain(plan, dissolve.Clip + 1, 0, dissolve.Frames)}{Held}[b];" +
                $"[a][b]xfade=transition=fade:duration={Seconds(plan.FrameRate.DurationOf(dissolve.Frames))}:offset=0,format=yuv420p[v]"),
            .. To(segment, output),
        ],
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Decodes a clip's sound to plain 16-bit stereo samples that begin with its first frame.</summary>
    public static IReadOnlyList<string> OfSound(SourceClip clip, FrameRate rate, string output)
    {
        var skip = clip.Info.Start > TimeSpan.Zero ? $"atrim=start={Seconds(clip.Info.Start)},asetpts=PTS-{Seconds(clip.Info.Start)}/TB," : "";
        return
        [
            "-xerror", "-i", FfmpegRunner.FileUrl(clip.Path), "-map", "0:a:0", "-vn",
            "-af", $"{skip}aresample={SampleRate}:async=1:first_pts=0,aformat=sample_fmts=s16:channel_layouts=stereo",
            "-t", Seconds(rate.DurationOf(clip.Frames)), "-f", "s16le", "-c:a", "pcm_s16le", FfmpegRunner.FileUrl(output),
        ];
    }

    /// <summary>Puts the segments and the sound into the film.</summary>
    public static IReadOnlyList<string> OfJoin(string list, string? sound, string output)
    {
        string[] soundInput = sound is null ? [] : ["-f", "s16le", "-ar", Text(SampleRate), "-ac", "2", "-i", FfmpegRunner.FileUrl(sound)];
        string[] soundOutput = sound is null ? ["-an"] : ["-map", "1:a:0", "-c:a", "aac", "-b:a", "192k"];
        return
        [
            "-f", "concat", "-safe", "0", "-protocol_whitelist", "file,pipe", "-i", FfmpegRunner.FileUrl(list), .. soundInput, "-map", "0:v:0", "-c:v", "copy",
            .. soundOutput, "-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4", FfmpegRunner.FileUrl(output),
        ];
    }

    private static IEnumerable<string> Inputs(RenderPlan plan, params int[] clips) =>
        ["-xerror", .. clips.SelectMany(clip => (string[])["-i", FfmpegRunner.FileUrl(plan.Clips[clip].Path)])];

    private static string[] Graph(string graph) => ["-filter_complex", graph, "-map", "[v]"];

    private static string[] To(Segment segment, string output) => ["-frames:v", Text(segment.Frames), .. Encoder, "-f", "mp4", FfmpegRunner.FileUrl(output)];

    // Brings a clip to the film's rate, length, size and colours, and takes a part of it.
    private static string Chain(RenderPlan plan, int index, long start, long frames)
    {
        var (info, rate) = (plan.Clips[index].Info, plan.FrameRate);
        var same = info.ConstantRate && info.FrameRate == rate;
        var timed = same
            ? $"settb={rate.Denominator}/{rate.Numerator},setpts=N,fps={rate}"
            : $"setpts=PTS-STARTPTS,fps={rate},tpad=stop_mode=clone:stop={Text(MissingFrames(plan.Clips[index], rate))}";
        return $"{timed},trim=start_frame={start}:end_frame={start + frames},setpts=PTS-STARTPTS,{Size(plan, info)}setsar=1,format=yuv420p,{Colors(plan.Color)}";
    }

    // Rounding may lose the last frames of a clip whose rate is changed, and a variable rate does not say how long its last frame is shown. More than these
    // are not made up: a clip that ends too early is damaged, and must not become a still picture.
    private static long MissingFrames(SourceClip clip, FrameRate rate) =>
        clip.Info.ConstantRate ? 2 + (long)Math.Ceiling(rate.Value / clip.Info.FrameRate.Value) : clip.Frames;

    private static string Size(RenderPlan plan, MediaInfo info)
    {
        if (info.PixelAspect == 1 && info.DisplaySize == (plan.Width, plan.Height))
        {
            return "";
        }

        var square = info.PixelAspect == 1 ? "" : "scale=w=round(iw*sar/2)*2:h=ih,setsar=1,";
        return $"{square}scale={plan.Width}:{plan.Height}:force_original_aspect_ratio=decrease:force_divisible_by=2,format=yuv420p," +
            $"pad={plan.Width}:{plan.Height}:(ow-iw)/2:(oh-ih)/2:black,";
    }

    private static string Colors(ColorTags color) =>
        $"setparams=range=limited:colorspace={color.Matrix}:color_primaries={color.Primaries}:color_trc={color.Transfer}";

    private static string Fades(Segment.Body body)
    {
        // ffmpeg's fade reaches black with the frame after the last it counts.
        var fadeIn = body.FadeIn > 0 ? $",fade=type=in:start_frame=0:nb_frames={body.FadeIn}" : "";
        var fadeOut = body.FadeOut > 0 ? $",fade=type=out:start_frame={body.Frames - body.FadeOut}:nb_frames={body.FadeOut - 1}" : "";
        return fadeIn + fadeOut;
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("F7", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
