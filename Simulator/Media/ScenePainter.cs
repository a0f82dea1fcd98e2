using System.Security.Cryptography;
using System.Text;
using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>
/// Paints a landscape whose colours, light and hills come from the text and the seed, with the text's first words as a caption,
/// so that people can tell pictures apart at a glance.
/// </summary>
internal static class ScenePainter
{
    private const int Ridges = 5;

    public static void Paint(SKBitmap target, string text, ulong seed)
    {
        // The text alone decides the colours and the seed the rest: shots of one story look related.
        var palette = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        var random = new Random(HashCodeOf(palette, seed));
        var hue = palette[0] * 360f / 256;
        var isNight = palette[1] < 90;
        using var canvas = new SKCanvas(target);
        var (width, height) = ((float)target.Width, (float)target.Height);
        PaintSky(canvas, width, height, hue, isNight);
        if (isNight)
        {
            PaintStars(canvas, width, height, random);
        }

        PaintSun(canvas, width, height, hue, isNight, random);
        for (var ridge = 0; ridge < Ridges; ridge++)
        {
            PaintRidge(canvas, width, height, (ridge + 1f) / Ridges, hue, isNight, random);
        }

        PaintCaption(canvas, width, height, text);
    }

    private static int HashCodeOf(byte[] palette, ulong seed) =>
        BitConverter.ToInt32(palette, 4) ^ (int)(seed ^ (seed >> 32)) * 16777619;

    private static SKColor Hsl(float hue, float saturation, float lightness) => SKColor.FromHsl(((hue % 360) + 360) % 360, saturation, lightness);

    private static void PaintSky(SKCanvas canvas, float width, float height, float hue, bool isNight)
    {
        SKColor[] colors = isNight
            ? [Hsl(hue, 55, 6), Hsl(hue + 20, 50, 18), Hsl(hue + 50, 60, 38)]
            : [Hsl(hue, 65, 42), Hsl(hue + 25, 75, 66), Hsl(hue + 60, 85, 84)];
        using var shader = SKShader.CreateLinearGradient(new SKPoint(0, 0), new SKPoint(0, height * 0.8f), colors, SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shader };
        canvas.DrawRect(0, 0, width, height, paint);
    }

    private static void PaintStars(SKCanvas canvas, float width, float height, Random random)
    {
        using var paint = new SKPaint { IsAntialias = true };
        for (var i = 0; i < 90; i++)
        {
            paint.Color = SKColors.White.WithAlpha((byte)random.Next(60, 230));
            canvas.DrawCircle(random.NextSingle() * width, random.NextSingle() * height * 0.6f, (0.4f + random.NextSingle()) * height / 500, paint);
        }
    }

    private static void PaintSun(SKCanvas canvas, float width, float height, float hue, bool isNight, Random random)
    {
        var center = new SKPoint(width * (0.15f + (0.7f * random.NextSingle())), height * (0.18f + (0.3f * random.NextSingle())));
        var radius = height * (0.05f + (0.06f * random.NextSingle()));
        var color = isNight ? new SKColor(0xfff4f1de) : Hsl(hue + 50, 100, 88);
        using var glow = SKShader.CreateRadialGradient(center, radius * 5, [color.WithAlpha(170), color.WithAlpha(0)], SKShaderTileMode.Clamp);
        using var halo = new SKPaint { Shader = glow };
        canvas.DrawRect(0, 0, width, height, halo);
        using var disc = new SKPaint { Color = color, IsAntialias = true };
        canvas.DrawCircle(center, radius, disc);
    }

    private static void PaintRidge(SKCanvas canvas, float width, float height, float depth, float hue, bool isNight, Random random)
    {
        var level = height * (0.42f + (0.42f * depth));
        var (phase, phase2, phase3) = (random.NextSingle() * 6.28f, random.NextSingle() * 6.28f, random.NextSingle() * 6.28f);
        var (waves, swing) = (1.2f + (random.NextSingle() * 2), height * 0.09f * (1.3f - (depth * 0.7f)));
        using var builder = new SKPathBuilder();
        builder.MoveTo(0, height);
        for (var i = 0; i <= 96; i++)
        {
            var t = i / 96f;
            var y = level
                + (swing * MathF.Sin(phase + (t * waves * 6.28f)))
                + (swing * 0.4f * MathF.Sin(phase2 + (t * waves * 17)))
                + (swing * 0.12f * MathF.Sin(phase3 + (t * waves * 53)));
            builder.LineTo(t * width, y);
        }

        builder.LineTo(width, height);
        builder.Close();
        using var path = builder.Detach();
        var lightness = (isNight ? 26 : 62) * (1 - (depth * 0.82f)) + 4;
        using var shade = SKShader.CreateLinearGradient(
            new SKPoint(0, level - swing),
            new SKPoint(0, height),
            [Hsl(hue + 150 + (depth * 40), 38, lightness + 6), Hsl(hue + 150 + (depth * 40), 45, lightness * 0.55f)],
            SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = shade, IsAntialias = true };
        canvas.DrawPath(path, paint);
    }

    private static void PaintCaption(SKCanvas canvas, float width, float height, string text)
    {
        var words = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(6)).TrimEnd(',', '.', ';', ':');
        var pixel = Math.Max(1, (int)(Math.Min(height / 22, width * 0.8f / Math.Max(12, words.Length)) / PixelFont.Advance));
        if (words.Length == 0 || height < 48)
        {
            return;
        }

        var (x, y) = (width * 0.04f, height - (pixel * 12f));
        using var band = new SKPaint { Color = new SKColor(0, 0, 0, 110) };
        canvas.DrawRect(0, y - (pixel * 3), width, pixel * 13, band);
        using var ink = new SKPaint { Color = new SKColor(0xfff7f3e8) };
        PixelFont.Draw(canvas, words, x, y, pixel, ink);
    }
}
