using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Continuity.Simulator.Json;
using SkiaSharp;

namespace Continuity.Simulator.Media;

/// <summary>Runs ffmpeg and ffprobe: arguments as a list, a time limit, and killed when the work is cancelled.</summary>
internal sealed class Ffmpeg(SimulatorOptions options)
{
    public static readonly byte[] TinyVideo = Resource("tiny.mp4");

    private string ProbePath => Path.Combine(Path.GetDirectoryName(options.FfmpegPath) ?? "", "ffprobe");

    /// <summary>Encodes pictures; the file's extension and the codec decide the format.</summary>
    public async Task EncodeAsync(Picture images, double fps, string path, IReadOnlyList<string> codec, Action<int>? onFrame, CancellationToken cancellationToken)
    {
        if (options.TinyMedia)
        {
            await File.WriteAllBytesAsync(path, TinyVideo, cancellationToken);
            return;
        }

        string[] input =
        [
            "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgra", "-s", $"{images.Width}x{images.Height}",
            "-framerate", fps.ToString("0.######", CultureInfo.InvariantCulture), "-i", "pipe:0",
        ];
        await using var process = Start(options.FfmpegPath, [.. input, .. codec, path], cancellationToken);
        var number = 0;
        try
        {
            await foreach (var frame in images.FramesAsync(process.Stopped))
            {
                onFrame?.Invoke(++number);
                await process.Input.WriteAsync(BytesOf(frame), process.Stopped);
            }

            process.Input.Close();
        }
        catch (IOException)
        {
            // ffmpeg ended early; its exit tells why.
        }

        await process.EndAsync();
    }

    public Task CopyAsync(string source, string path, CancellationToken cancellationToken) =>
        RunAsync(["-hide_banner", "-loglevel", "error", "-y", "-i", source, "-c", "copy", path], cancellationToken);

    /// <summary>Looks into a video file; its frames are decoded when somebody asks for them.</summary>
    public async Task<(Picture Frames, double Fps)> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (options.TinyMedia)
        {
            return (Pictures.Solid(16, 16, 2, 0), 8);
        }

        string[] arguments =
        [
            "-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries", "stream=width,height,r_frame_rate,nb_read_packets",
            "-of", "csv=p=0", path,
        ];
        await using var process = Start(ProbePath, arguments, cancellationToken);
        using var reader = new StreamReader(process.Output);
        var line = await reader.ReadToEndAsync(process.Stopped);
        var parts = line.Trim().Split(',');
        if (!await process.TryEndAsync() || parts.Length < 4 || !int.TryParse(parts[3], CultureInfo.InvariantCulture, out var count) || count < 1)
        {
            throw new PythonException("av.error.InvalidDataError", $"[Errno 1094995529] Invalid data found when processing input: '{path}'");
        }

        var rate = parts[2].Split('/');
        var fps = double.Parse(rate[0], CultureInfo.InvariantCulture) / double.Parse(rate[^1], CultureInfo.InvariantCulture);
        var (width, height) = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
        return (new VideoPicture(this, path, width, height, count), rate.Length > 1 ? fps : double.Parse(rate[0], CultureInfo.InvariantCulture));
    }

    public FfmpegProcess StartDecoding(string path, CancellationToken cancellationToken) =>
        Start(options.FfmpegPath, ["-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "bgra", "-fps_mode", "passthrough", "pipe:1"], cancellationToken);

    private static ReadOnlyMemory<byte> BytesOf(SKBitmap frame) => frame.Bytes;

    private static byte[] Resource(string name)
    {
        using var stream = typeof(Ffmpeg).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded in the assembly.");
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }

    private async Task RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        await using var process = Start(options.FfmpegPath, arguments, cancellationToken);
        await process.EndAsync();
    }

    private FfmpegProcess Start(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            return new FfmpegProcess(Process.Start(info)!, options.FfmpegTimeout, options.TimeProvider, cancellationToken);
        }
        catch (Win32Exception e)
        {
            throw new PythonException("FileNotFoundError", $"The program {program} could not be started ({e.Message}); install ffmpeg or set FfmpegPath.");
        }
    }
}
