using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>A batch of pictures of one size that is drawn only when somebody looks: a node graph passes recipes, not pixels.</summary>
internal abstract class Picture(int width, int height, int count)
{
    public int Width => width;

    public int Height => height;

    public int Count => count;

    /// <summary>All frames in order. A frame belongs to the producer and is good until the next one is asked for.</summary>
    public abstract IAsyncEnumerable<SKBitmap> FramesAsync(CancellationToken cancellationToken);

    /// <summary>The same frames as the work of one ffmpeg; null when pixels of this process are among them.</summary>
    public virtual Film? AsFilm() => null;

    public async Task<SKBitmap> FirstAsync(CancellationToken cancellationToken)
    {
        await foreach (var frame in FramesAsync(cancellationToken))
        {
            return frame.Copy();
        }

        throw new InvalidOperationException("The batch is empty.");
    }

    protected static SKBitmap NewFrame(int width, int height) => new(width, height, SKColorType.Bgra8888, SKAlphaType.Opaque);

    protected static void Draw(SKBitmap target, SKBitmap source, SKRect from, SKSamplingOptions sampling, byte alpha = 255)
    {
        using var canvas = new SKCanvas(target);
        using var pixmap = source.PeekPixels();
        using var image = SKImage.FromPixels(pixmap);
        using var paint = new SKPaint { Color = SKColors.White.WithAlpha(alpha) };
        canvas.DrawImage(image, from, new SKRect(0, 0, target.Width, target.Height), sampling, paint);
    }
}
