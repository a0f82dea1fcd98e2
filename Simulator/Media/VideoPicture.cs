using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>The frames of a video file, decoded as they are asked for.</summary>
internal sealed class VideoPicture(Ffmpeg ffmpeg, string path, int width, int height, int count) : Picture(width, height, count)
{
    public override Film AsFilm() => new(ffmpeg, path, []);

    public override IAsyncEnumerable<SKBitmap> FramesAsync(CancellationToken cancellationToken) =>
        AsFilm().FramesAsync(Width, Height, Count, cancellationToken);
}
