using SkiaSharp;

namespace Continuity.Simulator.Tests.Support;

/// <summary>Files to upload.</summary>
internal static class TestFiles
{
    public static byte[] Png(byte shade, int width = 32, int height = 16)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Bgra8888, SKAlphaType.Opaque);
        bitmap.Erase(new SKColor(shade, shade, shade));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
