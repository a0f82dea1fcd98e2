using System.Globalization;
using System.Text;

namespace Continuity.Grains.Media;

/// <summary>Writes the list that ffmpeg's concat reader takes. Pure.</summary>
internal static class ConcatList
{
    private const int Microseconds = 1_000_000;

    /// <summary>Whether a path can be written in a list: it is read line by line, and nothing escapes a line's end.</summary>
    public static bool CanHold(string path) => path.AsSpan().IndexOfAny('\n', '\r', '\0') < 0;

    /// <summary>Writes files and their lengths. The lengths are given because the files' own are rounded, which would add up over a thousand clips.</summary>
    public static string Write(IEnumerable<(string Path, long Frames)> files, FrameRate rate)
    {
        var text = new StringBuilder("ffconcat version 1.0\n");
        long position = 0;
        foreach (var (path, frames) in files)
        {
            // Differences of rounded positions, not rounded differences: the error never grows beyond half a microsecond.
            var microseconds = rate.StartOf(position + frames, Microseconds) - rate.StartOf(position, Microseconds);
            position += frames;
            text.Append("file ").Append(Quote(FfmpegRunner.FileUrl(path))).Append('\n')
                .Append(CultureInfo.InvariantCulture, $"duration {microseconds / Microseconds}.{microseconds % Microseconds:D6}\n");
        }

        return text.ToString();
    }

    // Inside quotes everything but the quote is plain.
    private static string Quote(string value) => $"'{value.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
