using System.Collections.Frozen;
using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>A small 5 by 7 font of its own: the machine may have no fonts, and captions look the same everywhere.</summary>
internal static class PixelFont
{
    /// <summary>Columns from one character to the next.</summary>
    public const int Advance = 6;

    private const int Columns = 5;
    private const int Rows = 7;

    // Each glyph is 35 bits, row by row from the top left.
    private static readonly FrozenDictionary<char, long> Glyphs = new Dictionary<char, long>
    {
        ['A'] = 0x3a31fc631,
        ['B'] = 0x7a3e8c63e,
        ['C'] = 0x3e108420f,
        ['D'] = 0x7a318c63e,
        ['E'] = 0x7e1e8421f,
        ['F'] = 0x7e1e84210,
        ['G'] = 0x3e109c62f,
        ['H'] = 0x463f8c631,
        ['I'] = 0x7c842109f,
        ['J'] = 0x1c4210a4c,
        ['K'] = 0x465c94631,
        ['L'] = 0x42108421f,
        ['M'] = 0x4775ac631,
        ['N'] = 0x47359c631,
        ['O'] = 0x3a318c62e,
        ['P'] = 0x7a31f4210,
        ['Q'] = 0x3a318d64d,
        ['R'] = 0x7a31f5251,
        ['S'] = 0x3e0e0862e,
        ['T'] = 0x7c8421084,
        ['U'] = 0x46318c62e,
        ['V'] = 0x46318c544,
        ['W'] = 0x4631ad771,
        ['X'] = 0x454422a31,
        ['Y'] = 0x462a21084,
        ['Z'] = 0x7c222221f,
        ['0'] = 0x3a33ae62e,
        ['1'] = 0x11842108e,
        ['2'] = 0x3a213221f,
        ['3'] = 0x78217043e,
        ['4'] = 0x08ca97c42,
        ['5'] = 0x7e1e0862e,
        ['6'] = 0x3a1e8c62e,
        ['7'] = 0x7c2222108,
        ['8'] = 0x3a2e8c62e,
        ['9'] = 0x3a317842e,
        ['-'] = 0x000070000,
        [','] = 0x000001888,
        ['.'] = 0x00000018c,
        ['\''] = 0x108800000,
        ['!'] = 0x108421004,
        ['?'] = 0x3a2131004,
        [':'] = 0x018c03180,
        ['/'] = 0x042222210,
        ['#'] = 0x2bea52bea,
    }.ToFrozenDictionary();

    public static void Draw(SKCanvas canvas, string text, float x, float y, int pixel, SKPaint ink)
    {
        foreach (var c in text)
        {
            if (Glyphs.TryGetValue(char.ToUpperInvariant(c), out var glyph))
            {
                for (var bit = 0; bit < Columns * Rows; bit++)
                {
                    if ((glyph >> ((Columns * Rows) - 1 - bit) & 1) != 0)
                    {
                        canvas.DrawRect(x + (bit % Columns * pixel), y + (bit / Columns * pixel), pixel, pixel, ink);
                    }
                }
            }

            x += Advance * pixel;
        }
    }
}
