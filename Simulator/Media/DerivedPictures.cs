using System.Globalization;
using System.Runtime.CompilerServices;
using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>The negative.</summary>
internal sealed class InvertedPicture(Picture source) : Picture(source.Width, source.Height, source.Count)
{
    private static readonly float[] Negative = [-1, 0, 0, 0, 1, 0, -1, 0, 0, 1, 0, 0, -1, 0, 1, 0, 0, 0, 1, 0];

    public override Film? AsFilm() => source.AsFilm()?.With("negate");

    public override async IAsyncEnumerable<SKBitmap> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var frame = NewFrame(Width, Height);
        using var filter = SKColorFilter.CreateColorMatrix(Negative);
        using var paint = new SKPaint { ColorFilter = filter };
        await foreach (var original in source.FramesAsync(cancellationToken))
        {
            using var canvas = new SKCanvas(frame);
            using var pixmap = original.PeekPixels();
            using var image = SKImage.FromPixels(pixmap);
            canvas.DrawImage(image, new SKRect(0, 0, Width, Height), SKSamplingOptions.Default, paint);
            yield return frame;
        }
    }
}

/// <summary>One picture over another.</summary>
internal sealed class BlendedPicture(Picture source, Picture over, double share) : Picture(source.Width, source.Height, source.Count)
{
    public override async IAsyncEnumerable<SKBitmap> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var top = await over.FirstAsync(cancellationToken);
        using var frame = NewFrame(Width, Height);
        var whole = new SKRect(0, 0, Width, Height);
        await foreach (var original in source.FramesAsync(cancellationToken))
        {
            Draw(frame, original, whole, SKSamplingOptions.Default);
            Draw(frame, top, whole, SKSamplingOptions.Default, (byte)(255 * share));
            yield return frame;
        }
    }
}

/// <summary>Batches one after the other.</summary>
internal sealed class SequencePicture(IReadOnlyList<Picture> parts) : Picture(parts[0].Width, parts[0].Height, parts.Sum(p => p.Count))
{
    public override async IAsyncEnumerable<SKBitmap> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            await foreach (var frame in part.FramesAsync(cancellationToken))
            {
                yield return frame;
            }
        }
    }
}

/// <summary>Some frames of a batch.</summary>
internal sealed class SlicedPicture(Picture source, int index, int length) : Picture(source.Width, source.Height, length)
{
    public override Film? AsFilm() =>
        source.AsFilm()?.With(string.Create(CultureInfo.InvariantCulture, $"trim=start_frame={index}:end_frame={index + Count}"));

    public override IAsyncEnumerable<SKBitmap> FramesAsync(CancellationToken cancellationToken) =>
        AsFilm()?.FramesAsync(Width, Height, Count, cancellationToken) ?? PickAsync(cancellationToken);

    private async IAsyncEnumerable<SKBitmap> PickAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = 0;
        await foreach (var frame in source.FramesAsync(cancellationToken))
        {
            if (position >= index + Count)
            {
                yield break;
            }

            if (position++ >= index)
            {
                yield return frame;
            }
        }
    }
}
