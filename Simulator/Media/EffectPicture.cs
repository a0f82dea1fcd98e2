using System.Runtime.CompilerServices;
using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>Each frame drawn anew by a rule, which is given both for pixels and as ffmpeg's filter.</summary>
internal sealed class EffectPicture(Picture source, int width, int height, string filter, Action<SKCanvas, SKImage> draw)
    : Picture(width, height, source.Count)
{
    public override Film? AsFilm() => source.AsFilm()?.With(filter);

    public override async IAsyncEnumerable<SKBitmap> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var frame = NewFrame(Width, Height);
        await foreach (var original in source.FramesAsync(cancellationToken))
        {
            frame.Erase(SKColors.Gray);
            using var canvas = new SKCanvas(frame);
            using var pixmap = original.PeekPixels();
            using var image = SKImage.FromPixels(pixmap);
            draw(canvas, image);
            yield return frame;
        }
    }
}
