namespace Continuity.Grains.Media;

/// <summary>Chooses the one format that all clips of a film are brought to. Pure.</summary>
internal static class FilmFormat
{
    // A variable rate is an average of whatever came; a nearby usual rate plays smoothly everywhere.
    private const double SnapTolerance = 0.02;

    // Screens show no more; a higher rate is a file's clock, not its motion.
    private static readonly FrameRate Fastest = new(120, 1);

    private static readonly FrameRate[] Usual =
    [
        new(8, 1), new(10, 1), new(12, 1), new(15, 1), new(16, 1), new(24000, 1001), new(24, 1), new(25, 1), new(30000, 1001), new(30, 1), new(32, 1),
        new(48, 1), new(50, 1), new(60000, 1001), new(60, 1), new(120, 1),
    ];

    /// <summary>The displayed size of the largest clip, the first of equals, made even.</summary>
    public static (int Width, int Height) SizeOf(IEnumerable<MediaInfo> infos)
    {
        var (width, height) = infos.Select(info => info.DisplaySize).MaxBy(size => (long)size.Width * size.Height);
        return (Even(width), Even(height));

        static int Even(int value) => Math.Max(2, value + (value % 2));
    }

    /// <summary>The highest rate of the clips, at most 120.</summary>
    public static FrameRate RateOf(IEnumerable<MediaInfo> infos)
    {
        var best = infos.Select(info => info.ConstantRate ? info.FrameRate : Snap(info.FrameRate)).Aggregate((a, b) => b.IsFasterThan(a) ? b : a);
        return best.IsFasterThan(Fastest) ? Fastest : best;
    }

    /// <summary>How many of the film's frames a clip lasts; at least 1.</summary>
    public static long FramesOf(MediaInfo info, FrameRate rate) =>
        info.ConstantRate && info.FrameRate == rate ? info.Frames : Math.Max(1, rate.FramesIn(info.Duration));

    /// <summary>The clips' colour description when they agree; otherwise none, and players take the usual one.</summary>
    public static ColorTags ColorOf(IReadOnlyList<MediaInfo> infos) =>
        infos.All(info => info.Color == infos[0].Color) ? infos[0].Color : ColorTags.Unknown;

    private static FrameRate Snap(FrameRate rate)
    {
        var nearest = Usual.MinBy(usual => Math.Abs(usual.Value - rate.Value));
        return Math.Abs(nearest.Value - rate.Value) <= rate.Value * SnapTolerance
            ? nearest
            : FrameRate.Parse(FormattableString.Invariant($"{Math.Max(1, (int)Math.Round(rate.Value * 100, MidpointRounding.AwayFromZero))}/100"))!.Value;
    }
}
