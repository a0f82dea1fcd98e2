using System.Globalization;
using System.Runtime.CompilerServices;
using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>A camera move over a start picture; with an end picture it crossfades and arrives there exactly.</summary>
internal sealed class MotionPicture(Picture start, Picture? end, int length, int batch, ulong seed)
    : Picture(start.Width, start.Height, length * batch)
{
    private const double Zoom = 0.18;

    public override async IAsyncEnumerable<SKBitmap> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var first = await start.FirstAsync(cancellationToken);
        using var last = end is null ? null : await end.FirstAsync(cancellationToken);
        using var frame = NewFrame(Width, Height);
        for (var i = 0; i < Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var time = length <= 1 ? 0 : (double)(i % length) / (length - 1);
            Compose(frame, first, last, time);
            yield return frame;
        }
    }

    private void Compose(SKBitmap frame, SKBitmap first, SKBitmap? last, double time)
    {
        var sampling = new SKSamplingOptions(SKFilterMode.Linear);
        Draw(frame, first, View(Ease(time)), sampling);
        if (last is not null)
        {
            var share = Ease(Math.Clamp((time - 0.35) / 0.65, 0, 1));
            Draw(frame, last, View(1 - Ease(time)), sampling, (byte)Math.Round(255 * share));
        }
    }

    private SKRect View(double amount)
    {
        var (dx, dy) = ((((seed >> 3) & 7) / 3.5) - 1, (((seed >> 6) & 7) / 3.5) - 1);
        var scale = 1 - (Zoom * amount);
        var (width, height) = (Width * scale, Height * scale);
        var x = (Width - width) / 2 * (1 + dx);
        var y = (Height - height) / 2 * (1 + dy);
        return new SKRect((float)x, (float)y, (float)(x + width), (float)(y + height));
    }

    private static double Ease(double t) => t * t * (3 - (2 * t));
}

/// <summary>Frames between frames: n frames become (n - 1) * multiplier + 1.</summary>
internal sealed class InterpolatedPicture(Picture source, int multiplier)
    : Picture(source.Width, source.Height, ((source.Count - 1) * multiplier) + 1)
{
    // The filter needs some rate to double; the encoder sets the real one.
    private const int NominalRate = 25;

    public override Film? AsFilm() => source.AsFilm()?.With(string.Create(
        CultureInfo.InvariantCulture,
        $"settb=1/{NominalRate},setpts=N,framerate=fps={NominalRate * multiplier}:interp_start=0:interp_end=255:scene=100"));

    public override async IAsyncEnumerable<SKBitmap> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var previous = NewFrame(Width, Height);
        using var between = NewFrame(Width, Height);
        var whole = new SKRect(0, 0, Width, Height);
        var isFirst = true;
        await foreach (var next in source.FramesAsync(cancellationToken))
        {
            for (var step = 1; step < multiplier && !isFirst; step++)
            {
                Draw(between, previous, whole, SKSamplingOptions.Default);
                Draw(between, next, whole, SKSamplingOptions.Default, (byte)(255 * step / multiplier));
                yield return between;
            }

            Draw(previous, next, whole, SKSamplingOptions.Default);
            isFirst = false;
            yield return previous;
        }
    }
}
