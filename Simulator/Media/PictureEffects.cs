using System.Globalization;
using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>The rules of effect pictures.</summary>
internal static class PictureEffects
{
    public static Picture Pad(Picture source, int left, int top, int right, int bottom)
    {
        var (width, height) = (source.Width + left + right, source.Height + top + bottom);
        return new EffectPicture(
            source,
            width,
            height,
            $"pad={width}:{height}:{left}:{top}:color=gray",
            (canvas, image) => canvas.DrawImage(image, left, top, SKSamplingOptions.Default));
    }

    public static Picture Blur(Picture source, double sigma)
    {
        var filter = string.Create(CultureInfo.InvariantCulture, $"gblur=sigma={sigma:0.###}");
        return new EffectPicture(source, source.Width, source.Height, filter, (canvas, image) =>
        {
            using var blur = SKImageFilter.CreateBlur((float)sigma, (float)sigma, SKShaderTileMode.Clamp);
            Paint(canvas, image, blur);
        });
    }

    public static Picture Sharpen(Picture source, double amount)
    {
        var filter = string.Create(CultureInfo.InvariantCulture, $"unsharp=la={Math.Min(amount, 5):0.###}");
        return new EffectPicture(source, source.Width, source.Height, filter, (canvas, image) =>
        {
            var side = (float)-amount / 4;
            float[] kernel = [0, side, 0, side, 1 + (float)amount, side, 0, side, 0];
            using var sharpen = SKImageFilter.CreateMatrixConvolution(
                new SKSizeI(3, 3), kernel, gain: 1, bias: 0, new SKPointI(1, 1), SKShaderTileMode.Clamp, convolveAlpha: false);
            Paint(canvas, image, sharpen);
        });
    }

    public static Picture Flip(Picture source, bool vertically) =>
        new EffectPicture(source, source.Width, source.Height, vertically ? "vflip" : "hflip", (canvas, image) =>
        {
            canvas.Scale(vertically ? 1 : -1, vertically ? -1 : 1, image.Width / 2f, image.Height / 2f);
            canvas.DrawImage(image, 0, 0, SKSamplingOptions.Default);
        });

    private static void Paint(SKCanvas canvas, SKImage image, SKImageFilter filter)
    {
        using var paint = new SKPaint { ImageFilter = filter };
        canvas.DrawImage(image, 0, 0, SKSamplingOptions.Default, paint);
    }
}
