using System.Globalization;
using System.Runtime.CompilerServices;
using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>
/// A part of each frame at another size. One scaling of another is a single scaling of the original: enlarging four times to reduce again
/// costs what the difference costs, and sizes stay exact because they are only numbers until somebody looks.
/// </summary>
internal sealed class ScaledPicture : Picture
{
    private readonly Picture _source;
    private readonly SKRect _part;
    private readonly bool _nearest;

    private ScaledPicture(Picture source, SKRect part, int width, int height, bool nearest)
        : base(width, height, source.Count) => (_source, _part, _nearest) = (source, part, nearest);

    /// <summary>Stretches a part of the source, given in its pixels, to a size.</summary>
    public static ScaledPicture Of(Picture source, SKRect part, int width, int height, bool nearest)
    {
        if (source is not ScaledPicture inner || inner.Loses(width / part.Width, height / part.Height))
        {
            return new ScaledPicture(source, part, width, height, nearest);
        }

        var (x, y) = (inner._part.Width / inner.Width, inner._part.Height / inner.Height);
        var original = new SKRect(
            inner._part.Left + (part.Left * x),
            inner._part.Top + (part.Top * y),
            inner._part.Left + (part.Right * x),
            inner._part.Top + (part.Bottom * y));
        return new ScaledPicture(inner._source, original, width, height, nearest && inner._nearest);
    }

    public override Film? AsFilm()
    {
        if (_source.AsFilm() is not { } film)
        {
            return null;
        }

        if (_part != new SKRect(0, 0, _source.Width, _source.Height))
        {
            film = film.With(string.Create(
                CultureInfo.InvariantCulture, $"crop={_part.Width:0}:{_part.Height:0}:{_part.Left:0}:{_part.Top:0}:exact=1"));
        }

        return film.With(string.Create(
            CultureInfo.InvariantCulture, $"scale={Width}:{Height}:flags={(_nearest ? "neighbor" : "bilinear")},setsar=1"));
    }

    public override async IAsyncEnumerable<SKBitmap> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sampling = _nearest ? SKSamplingOptions.Default : new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear);
        using var frame = NewFrame(Width, Height);
        await foreach (var original in _source.FramesAsync(cancellationToken))
        {
            Draw(frame, original, _part, sampling);
            yield return frame;
        }
    }

    // What was made smaller and is then made larger must look it.
    private bool Loses(float xFactor, float yFactor) =>
        (Width < _part.Width && xFactor > 1) || (Height < _part.Height && yFactor > 1);
}
