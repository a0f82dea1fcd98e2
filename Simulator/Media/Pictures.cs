using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>The kinds of pictures by what they do.</summary>
internal static class Pictures
{
    public static Picture Solid(int width, int height, int count, int rgb) => new SolidPicture(width, height, count, rgb);

    public static Picture Painted(int width, int height, int count, string text, ulong seed) => new PaintedPicture(width, height, count, text, seed);

    public static Picture Motion(Picture start, Picture? end, int length, int batch, ulong seed) => new MotionPicture(start, end, length, batch, seed);

    public static Picture Interpolate(Picture source, int multiplier) => new InterpolatedPicture(source, multiplier);

    public static Picture Scale(Picture source, int width, int height, bool crop = false, bool nearest = false) =>
        source.Width == width && source.Height == height
            ? source
            : ScaledPicture.Of(source, crop ? CenterCut(source, width, height) : Whole(source), width, height, nearest);

    /// <summary>A rectangle of each frame.</summary>
    public static Picture Crop(Picture source, int x, int y, int width, int height) =>
        ScaledPicture.Of(source, new SKRect(x, y, x + width, y + height), width, height, nearest: false);

    public static Picture Invert(Picture source) => new InvertedPicture(source);

    public static Picture Blend(Picture source, Picture over, double share) =>
        new BlendedPicture(source, Scale(over, source.Width, source.Height), share);

    public static Picture Join(Picture first, Picture second) => new SequencePicture([first, second]);

    public static Picture Repeat(Picture source, int amount) => new SequencePicture([.. Enumerable.Repeat(source, amount)]);

    public static Picture Slice(Picture source, int index, int length) =>
        index == 0 && length == source.Count ? source : new SlicedPicture(source, index, length);

    /// <summary>Reads an encoded picture; null when it is none.</summary>
    public static Picture? TryDecode(byte[] bytes)
    {
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data);
        if (codec is null)
        {
            return null;
        }

        var bitmap = new SKBitmap(codec.Info.Width, codec.Info.Height, SKColorType.Bgra8888, SKAlphaType.Opaque);
        var result = codec.GetPixels(new SKImageInfo(bitmap.Width, bitmap.Height, SKColorType.Bgra8888, SKAlphaType.Premul), bitmap.GetPixels());
        return result is SKCodecResult.Success or SKCodecResult.IncompleteInput ? new DecodedPicture(bitmap) : null;
    }

    private static SKRect Whole(Picture source) => new(0, 0, source.Width, source.Height);

    private static SKRect CenterCut(Picture source, int width, int height)
    {
        var oldAspect = (double)source.Width / source.Height;
        var newAspect = (double)width / height;

        // Whole pixels, as the real node cuts.
        var x = oldAspect > newAspect ? (int)Math.Round((source.Width - (source.Width * (newAspect / oldAspect))) / 2) : 0;
        var y = oldAspect < newAspect ? (int)Math.Round((source.Height - (source.Height * (oldAspect / newAspect))) / 2) : 0;
        return new SKRect(x, y, source.Width - x, source.Height - y);
    }
}
