using System.Buffers.Binary;
using System.Text;
using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>Pictures as bytes.</summary>
internal static class PictureFiles
{
    private const int PreviewSide = 256;
    private const int HeaderLength = 33; // signature and IHDR, which text chunks follow
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(CrcOf)];

    public static byte[] Png(SKBitmap frame, IEnumerable<(string Key, string Text)> texts)
    {
        using var pixmap = frame.PeekPixels();
        using var data = pixmap.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, zLibLevel: 3))
            ?? throw new InvalidOperationException("The picture could not be encoded.");
        return WithTexts(data.ToArray(), texts);
    }

    /// <summary>The PNG with tEXt chunks in which the real server keeps the prompt.</summary>
    public static byte[] WithTexts(byte[] png, IEnumerable<(string Key, string Text)> texts)
    {
        using var stream = new MemoryStream();
        stream.Write(png, 0, HeaderLength);
        foreach (var (key, text) in texts)
        {
            WriteChunk(stream, Encoding.Latin1.GetBytes($"tEXt{key}\0{text}"));
        }

        stream.Write(png, HeaderLength, png.Length - HeaderLength);
        return stream.ToArray();
    }

    public static async Task<byte[]> PreviewAsync(Picture picture, double sharpness, CancellationToken cancellationToken)
    {
        using var whole = await picture.FirstAsync(cancellationToken);
        var scale = Math.Min(1.0, (double)PreviewSide / Math.Max(whole.Width, whole.Height));
        var info = new SKImageInfo(Math.Max(1, (int)(whole.Width * scale)), Math.Max(1, (int)(whole.Height * scale)), SKColorType.Bgra8888, SKAlphaType.Opaque);
        using var small = new SKBitmap(info);
        using (var canvas = new SKCanvas(small))
        using (var image = SKImage.FromBitmap(whole))
        using (var blur = SKImageFilter.CreateBlur((float)(8 * (1 - sharpness)) + 0.01f, (float)(8 * (1 - sharpness)) + 0.01f))
        using (var paint = new SKPaint { ImageFilter = sharpness < 1 ? blur : null })
        {
            canvas.DrawImage(image, new SKRect(0, 0, info.Width, info.Height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear), paint);
        }

        using var data = small.Encode(SKEncodedImageFormat.Jpeg, 80);
        return data.ToArray();
    }

    private static void WriteChunk(Stream stream, byte[] typeAndData)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, typeAndData.Length - 4);
        stream.Write(number);
        stream.Write(typeAndData);
        var crc = uint.MaxValue;
        foreach (var value in typeAndData)
        {
            crc = CrcTable[(crc ^ value) & 0xff] ^ (crc >> 8);
        }

        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        stream.Write(number);
    }

    private static uint CrcOf(int value)
    {
        var crc = (uint)value;
        for (var bit = 0; bit < 8; bit++)
        {
            crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }

        return crc;
    }
}
