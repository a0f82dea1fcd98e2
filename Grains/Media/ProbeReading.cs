using System.Globalization;

namespace Continuity.Grains.Media;

/// <summary>Turns ffprobe's report into what the planner needs. Pure.</summary>
internal static class ProbeReading
{
    // Containers round times, to milliseconds in Matroska; a real difference is larger.
    private const double RateTolerance = 0.01;
    private static readonly TimeSpan StartTolerance = TimeSpan.FromMilliseconds(0.5);

    /// <summary>Reads the report; <see langword="null"/> when the file holds no video frame.</summary>
    public static MediaInfo? Read(ProbeReport report)
    {
        var video = report.Streams?.FirstOrDefault(stream => stream.IsVideo);
        if (video is null || video.Width <= 0 || video.Height <= 0 ||
            !long.TryParse(video.Packets, NumberStyles.None, CultureInfo.InvariantCulture, out var frames) || frames == 0)
        {
            return null;
        }

        var (rate, constant) = RateOf(video, frames);
        var fileStart = Seconds(report.Format?.StartTime) ?? TimeSpan.Zero;
        var start = (Seconds(video.StartTime) ?? fileStart) - fileStart;
        var info = new MediaInfo(
            video.Width,
            video.Height,
            rate,
            frames,
            constant ? rate.DurationOf(frames) : Seconds(video.Duration) ?? rate.DurationOf(frames),
            report.Streams!.Any(stream => stream.CodecType == "audio"),
            video.CodecName ?? "unknown",
            video.PixelFormat ?? "unknown",
            RotationOf(video),
            PixelAspectOf(video.PixelAspect))
        {
            ConstantRate = constant,
            Start = start > TimeSpan.Zero ? start : TimeSpan.Zero,
            Color = new ColorTags(Tag(video.Matrix), Tag(video.Primaries), Tag(video.Transfer)),
        };
        return info with { Fingerprint = FingerprintOf(info, video, report.Format?.Name ?? "", fileStart) };
    }

    private static (FrameRate Rate, bool Constant) RateOf(ProbeStream video, long frames)
    {
        var average = FrameRate.Parse(video.AverageRate);
        var tick = FrameRate.Parse(video.BaseRate);
        var duration = Seconds(video.Duration);
        if (tick is { } rate && (average is not { } mean || Math.Abs(mean.Value - rate.Value) <= rate.Value * RateTolerance))
        {
            // The file agrees with itself to within half a frame, or does not say how long it is.
            var constant = duration is not { } stated || Math.Abs((stated - rate.DurationOf(frames)).TotalSeconds * rate.Value) < 0.5;
            return (rate, constant);
        }

        // A file with one frame may state no rate; 24 is film's, and only the length of that frame hangs on it.
        return (average ?? tick ?? new FrameRate(24, 1), false);
    }

    private static int RotationOf(ProbeStream video)
    {
        // The file says how far it was turned counter-clockwise.
        var degrees = video.SideData?.FirstOrDefault(data => data.Rotation is not null)?.Rotation ?? 0;
        var turned = (int)Math.Round(-degrees / 90, MidpointRounding.AwayFromZero) * 90;
        return ((turned % 360) + 360) % 360;
    }

    private static double PixelAspectOf(string? text)
    {
        var parts = (text ?? "").Split(':');
        return parts.Length == 2 && FrameRate.Parse($"{parts[0]}/{parts[1]}") is { } ratio ? ratio.Value : 1;
    }

    // A film is YUV: what a file says of its RGB does not hold for it.
    private static string Tag(string? name) => name is null or "reserved" or "gbr" ? "unknown" : name;

    private static TimeSpan? Seconds(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

    // Joined without encoding, the film has the first clip's headers and time base for all, and each clip must begin at 0.
    private static string FingerprintOf(MediaInfo info, ProbeStream video, string format, TimeSpan fileStart)
    {
        // With fewer frames than an encoder looks ahead, a clip's decoding times begin elsewhere than the others'.
        const int LookAhead = 16;
        var joinable = info is { VideoCodec: "h264", PixelFormat: "yuv420p", ConstantRate: true, Rotation: 0, PixelAspect: 1 }
            && info.Width % 2 == 0
            && info.Height % 2 == 0
            && info.Start < StartTolerance
            && fileStart.Duration() < StartTolerance
            && (video.ReorderedFrames == 0 || info.Frames >= LookAhead)
            && video.HeaderHash is not null
            && format.Split(',').Contains("mp4", StringComparer.Ordinal);
        return joinable
            ? string.Join('|', video.CodecName, video.Profile, video.HeaderHash, video.TimeBase, video.Index, info.FrameRate, info.Width, info.Height, video.ReorderedFrames)
            : "";
    }
}
