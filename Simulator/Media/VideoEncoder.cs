using System.Globalization;
using System.Runtime.InteropServices;

namespace Continuity.Simulator.Media;

/// <summary>A video to be written: the file's extension and the codec decide the format.</summary>
internal sealed record VideoJob(Picture Images, double Fps, string Path, VideoCodec Codec)
{
    public Sound? Sound { get; init; }

    /// <summary>Told of frames done; it may throw to stop the work.</summary>
    public Action<int>? OnFrame { get; init; }
}

/// <summary>How pictures are encoded, with a filter of the format's own, and which codec the sound gets.</summary>
internal sealed record VideoCodec(IReadOnlyList<string> Arguments, string? Filter = null, string SoundCodec = "aac");

/// <summary>Writes videos: from pixels of this process, or by one ffmpeg from file to file when no pixel is needed here.</summary>
internal static class VideoEncoder
{
    public static readonly byte[] TinyVideo = Resource("tiny.mp4");

    public static Task EncodeAsync(Ffmpeg ffmpeg, VideoJob job, CancellationToken cancellationToken) =>
        ffmpeg.IsTiny ? File.WriteAllBytesAsync(job.Path, TinyVideo, cancellationToken)
        : job.Images.AsFilm() is { } film ? ConvertAsync(ffmpeg, film, job, cancellationToken)
        : DrawAsync(ffmpeg, job, cancellationToken);

    private static async Task DrawAsync(Ffmpeg ffmpeg, VideoJob job, CancellationToken cancellationToken)
    {
        var images = job.Images;
        string[] input = ["-f", "rawvideo", "-pix_fmt", "bgra", "-s", $"{images.Width}x{images.Height}", "-framerate", Rate(job), "-i", "pipe:0"];
        await using var process = ffmpeg.Start([.. input, .. Output(job, [], videoFile: null)], cancellationToken);
        var buffer = new byte[images.Width * images.Height * 4];
        var number = 0;
        try
        {
            await foreach (var frame in images.FramesAsync(process.Stopped))
            {
                job.OnFrame?.Invoke(++number);
                Marshal.Copy(frame.GetPixels(), buffer, 0, buffer.Length);
                await process.Input.WriteAsync(buffer, process.Stopped);
            }

            process.Input.Close();
        }
        catch (IOException)
        {
            // ffmpeg ended early; its exit tells why.
        }

        await process.EndAsync();
    }

    private static async Task ConvertAsync(Ffmpeg ffmpeg, Film film, VideoJob job, CancellationToken cancellationToken)
    {
        // The encoder counts time in frames, whatever the file or a filter said about it.
        string[] filters = [.. film.Filters, $"settb=AVTB,setpts=N/({Rate(job)}*TB)"];
        string[] input = ["-progress", "pipe:1", "-threads", "1", "-i", Ffmpeg.SeekableInput];
        await using var process = ffmpeg.Start([.. input, .. Output(job, filters, film.Path)], cancellationToken);
        var feeding = FeedAsync(process, film.Path);
        using var progress = new StreamReader(process.Output);
        while (await progress.ReadLineAsync(process.Stopped) is { } line)
        {
            if (job.OnFrame is { } report && line.StartsWith("frame=", StringComparison.Ordinal)
                && int.TryParse(line.AsSpan("frame=".Length), CultureInfo.InvariantCulture, out var frame) && frame > 0)
            {
                report(Math.Min(frame, job.Images.Count));
            }
        }

        await feeding;
        await process.EndAsync();
    }

    private static async Task FeedAsync(FfmpegProcess process, string path)
    {
        try
        {
            await using var file = File.OpenRead(path);
            await file.CopyToAsync(process.Input, process.Stopped);
            process.Input.Close();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // ffmpeg has read enough or was stopped; its exit tells which.
        }
    }

    private static IEnumerable<string> Output(VideoJob job, string[] filters, string? videoFile)
    {
        var length = (job.Images.Count / job.Fps).ToString("0.######", CultureInfo.InvariantCulture);
        string[] sound = job.Sound switch
        {
            null => ["-map", "0:v:0"],
            { } s when s.File == videoFile => ["-map", "0:v:0", "-map", "0:a:0", "-c:a", SoundCodec(s), "-t", length],
            { } s => ["-i", s.File, "-map", "0:v:0", "-map", "1:a:0", "-c:a", SoundCodec(s), "-t", length],
        };
        string[] all = job.Codec.Filter is { } own ? [.. filters, own] : filters;
        string[] chain = all.Length == 0 ? [] : ["-vf", string.Join(',', all)];
        return [.. sound, .. chain, "-frames:v", job.Images.Count.ToString(CultureInfo.InvariantCulture), "-r", Rate(job), .. job.Codec.Arguments, job.Path];

        string SoundCodec(Sound given) => given.Codec == job.Codec.SoundCodec ? "copy" : job.Codec.SoundCodec;
    }

    private static string Rate(VideoJob job) => job.Fps.ToString("0.######", CultureInfo.InvariantCulture);

    private static byte[] Resource(string name)
    {
        using var stream = typeof(VideoEncoder).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded in the assembly.");
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }
}
