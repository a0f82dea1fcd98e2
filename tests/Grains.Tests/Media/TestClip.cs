using System.Globalization;
using CliWrap;
using CliWrap.Buffered;
using Continuity.Grains.Media;

namespace Continuity.Grains.Tests.Media;

/// <summary>Makes clips whose every frame has a known brightness, and reads brightness back.</summary>
internal static class TestClip
{
    public const int Width = 64;
    public const int Height = 48;

    /// <summary>Brightness of each frame: clip 0 from 40 up, clip 1 from 60 up, and so on, a frame at a time.</summary>
    public static byte[] Levels(int clip, int frames) => [.. Enumerable.Range(0, frames).Select(frame => (byte)(40 + (clip * 30) + frame))];

    public static async Task<string> CreateAsync(
        string path, byte[] levels, string rate = "24", int width = Width, int height = Height, double soundSeconds = 0, string[]? encoder = null)
    {
        var raw = new MemoryStream();
        foreach (var level in levels)
        {
            raw.Write(Enumerable.Repeat(level, width * height).ToArray());
            raw.Write(Enumerable.Repeat((byte)128, width * height / 2).ToArray());
        }

        string[] sound = soundSeconds > 0
            ? ["-f", "lavfi", "-i", FormattableString.Invariant($"sine=frequency=440:sample_rate=44100:duration={soundSeconds}"), "-map", "0:v", "-map", "1:a", "-c:a", "aac"]
            : [];
        string[] video = encoder ?? ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-bf", "2", "-pix_fmt", "yuv420p"];
        string[] arguments =
        [
            "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", FormattableString.Invariant($"{width}x{height}"), "-r", rate, "-i", "pipe:0",
            .. sound, .. video, "file:" + path,
        ];
        await Cli.Wrap("ffmpeg").WithArguments(arguments).WithStandardInputPipe(PipeSource.FromBytes(raw.ToArray())).ExecuteBufferedAsync();
        return path;
    }

    /// <summary>Brightness of the pixel at a relative position in each frame.</summary>
    public static async Task<byte[]> LevelsOfAsync(string path, MediaInfo info, double x = 0.5, double y = 0.5)
    {
        var raw = await DecodeAsync(path, "yuv420p");
        var frame = info.Width * info.Height * 3 / 2;
        var offset = ((int)(info.Height * y) * info.Width) + (int)(info.Width * x);
        return [.. Enumerable.Range(0, raw.Length / frame).Select(i => raw[(i * frame) + offset])];
    }

    /// <summary>All frames, decoded from the first to the last.</summary>
    public static async Task<byte[]> DecodeAsync(string path, string pixelFormat)
    {
        var raw = new MemoryStream();

        // A picture's name would be read as a pattern of names.
        string[] reader = path.EndsWith(".png", StringComparison.Ordinal) ? ["-f", "png_pipe"] : [];
        string[] arguments = ["-loglevel", "error", .. reader, "-i", "file:" + path, "-map", "0:V:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", pixelFormat, "pipe:1"];
        await Cli.Wrap("ffmpeg").WithArguments(arguments).WithStandardOutputPipe(PipeTarget.ToStream(raw)).ExecuteAsync();
        return raw.ToArray();
    }

    /// <summary>The first sound track as 16-bit mono samples at 48 kHz.</summary>
    public static async Task<short[]> SoundOfAsync(string path)
    {
        var raw = new MemoryStream();
        string[] arguments = ["-loglevel", "error", "-i", "file:" + path, "-map", "0:a:0", "-ac", "1", "-ar", "48000", "-f", "s16le", "pipe:1"];
        await Cli.Wrap("ffmpeg").WithArguments(arguments).WithStandardOutputPipe(PipeTarget.ToStream(raw)).ExecuteAsync();
        return [.. raw.ToArray().Chunk(2).Select(pair => BitConverter.ToInt16(pair))];
    }

    /// <summary>Loudness (root mean square) of a stretch of the film, given in seconds.</summary>
    public static double Loudness(short[] samples, double from, double to)
    {
        var part = samples[(int)(from * 48000)..(int)(to * 48000)];
        return Math.Sqrt(part.Average(sample => (double)sample * sample));
    }

    public static string Format(IEnumerable<byte> levels) => string.Join(' ', levels.Select(level => level.ToString(CultureInfo.InvariantCulture)));
}
