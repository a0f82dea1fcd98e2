using System.Runtime.CompilerServices;
using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>One colour.</summary>
internal sealed class SolidPicture(int width, int height, int count, int rgb) : Picture(width, height, count)
{
    public override async IAsyncEnumerable<SKBitmap> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        using var frame = NewFrame(Width, Height);
        frame.Erase(new SKColor(0xff000000 | (uint)rgb));
        for (var i = 0; i < Count; i++)
        {
            yield return frame;
        }
    }
}

/// <summary>What a sampler made of a text and a seed.</summary>
internal sealed class PaintedPicture(int width, int height, int count, string text, ulong seed) : Picture(width, height, count)
{
    public override async IAsyncEnumerable<SKBitmap> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        using var frame = NewFrame(Width, Height);
        for (var i = 0; i < Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ScenePainter.Paint(frame, text, seed + (ulong)i);
            yield return frame;
        }
    }
}

/// <summary>A picture that was read from a file.</summary>
internal sealed class DecodedPicture(SKBitmap bitmap) : Picture(bitmap.Width, bitmap.Height, 1)
{
    public override async IAsyncEnumerable<SKBitmap> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield return bitmap;
    }
}
