using System.Globalization;
using SkiaSharp;

namespace Continuity.Simulator.Http;

/// <summary>What /view makes of a picture when asked for a preview or for single channels: it is encoded anew, without entity tag and ranges.</summary>
internal static class ViewedPicture
{
    private const int DefaultQuality = 90;

    public static bool IsWanted(IQueryCollection query) => query.ContainsKey("preview") || query["channel"].ToString() is "rgb" or "a";

    /// <summary>The bytes and their type. A file that is no picture raises, which makes a 500.</summary>
    public static (byte[] Bytes, string Type) Make(string path, IQueryCollection query)
    {
        using var picture = SKBitmap.Decode(path) ?? throw new InvalidDataException($"cannot identify image file '{path}'");
        var channel = query["channel"].ToString();
        if (!query.TryGetValue("preview", out var preview))
        {
            using var changed = channel == "a" ? Alpha(picture) : Opaque(picture);
            return (Encode(changed, SKEncodedImageFormat.Png, 100), "image/png");
        }

        var wish = preview.ToString().Split(';');
        var quality = int.TryParse(wish[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, 100) : DefaultQuality;

        // JPEG has no alpha: a request that wants some gets WebP.
        var isJpeg = wish[0] == "jpeg" && !channel.Contains('a', StringComparison.Ordinal);
        using var shown = isJpeg || channel == "rgb" ? Opaque(picture) : picture.Copy();
        return isJpeg
            ? (Encode(shown, SKEncodedImageFormat.Jpeg, quality), "image/jpeg")
            : (Encode(shown, SKEncodedImageFormat.Webp, quality), "image/webp");
    }

    private static byte[] Encode(SKBitmap picture, SKEncodedImageFormat format, int quality)
    {
        using var data = picture.Encode(format, quality);
        return data.ToArray();
    }

    private static SKBitmap Opaque(SKBitmap picture)
    {
        var opaque = new SKBitmap(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var straight = picture.Copy(SKColorType.Rgba8888);
        straight.GetPixelSpan().CopyTo(opaque.GetPixelSpan());
        return opaque;
    }

    private static SKBitmap Alpha(SKBitmap picture)
    {
        var alpha = new SKBitmap(picture.Width, picture.Height, SKColorType.Gray8, SKAlphaType.Opaque);
        using var straight = picture.Copy(SKColorType.Rgba8888);
        var from = straight.GetPixelSpan();
        var to = alpha.GetPixelSpan();
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = from[(i * 4) + 3];
        }

        return alpha;
    }
}
