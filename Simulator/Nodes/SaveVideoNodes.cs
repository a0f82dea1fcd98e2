using Continuity.Simulator.Json;
using Continuity.Simulator.Media;
using Continuity.Simulator.Storage;

namespace Continuity.Simulator.Nodes;

/// <summary>The core's output nodes that write moving pictures: all report them under "images".</summary>
internal static class SaveVideoNodes
{
    public static readonly string[] H264 =
    [
        "-c:v", "libx264", "-preset", "ultrafast", "-crf", "23", "-threads", "1", "-pix_fmt", "yuv420p", "-movflags", "+faststart",
    ];

    private static readonly VideoCodec Webp = new(["-c:v", "libwebp", "-lossless", "0", "-compression_level", "0", "-quality", "80", "-loop", "0"]);

    private static readonly VideoCodec Apng = new(["-c:v", "apng", "-f", "apng", "-plays", "0"]);

    public static async Task<NodeOutput> SaveVideoAsync(NodeCall call)
    {
        var video = call.Get<VideoValue>("video", "get_dimensions");
        var format = call.Text("format", "auto");
        if (format is not ("auto" or "mp4"))
        {
            throw new PythonException("ValueError", $"{PyText.Repr(format)} is not a valid VideoContainer");
        }

        var codec = call.Text("codec", "auto");
        if (codec is not ("auto" or "h264"))
        {
            throw new PythonException("ValueError", $"{PyText.Repr(codec)} is not a valid VideoCodec");
        }

        var size = video.Images ?? (await VideoProbe.OpenAsync(call.Services.Ffmpeg, video.File!, call.CancellationToken)).Frames;
        return await SaveAsync(call, ".mp4", size, isAnimated: true, path => video.File is { } file && !call.Services.Options.TinyMedia
            ? call.Services.Ffmpeg.CopyAsync(file, path, call.CancellationToken)
            : EncodeH264Async(call, new VideoJob(size, video.Fps, path, new VideoCodec(H264)) { Sound = video.Sound }));
    }

    public static Task<NodeOutput> SaveWebmAsync(NodeCall call)
    {
        var images = call.Picture("images");
        var codec = call.Text("codec");
        string[] arguments = codec switch
        {
            "vp9" => ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-crf", call.Text("crf"), "-b:v", "0", "-pix_fmt", "yuv420p"],
            "av1" => ["-c:v", "libsvtav1", "-preset", "12", "-crf", call.Text("crf"), "-pix_fmt", "yuv420p"],
            _ => throw new PythonException("KeyError", PyText.Repr(codec)),
        };
        return SaveAsync(call, ".webm", images, isAnimated: true, path =>
            VideoEncoder.EncodeAsync(call.Services.Ffmpeg, new VideoJob(images, call.Float("fps"), path, new VideoCodec(arguments)), call.CancellationToken));
    }

    public static Task<NodeOutput> SaveWebpAsync(NodeCall call)
    {
        var images = call.Picture("images");
        return SaveAsync(call, ".webp", images, images.Count != 1, path =>
            VideoEncoder.EncodeAsync(call.Services.Ffmpeg, new VideoJob(images, call.Float("fps"), path, Webp), call.CancellationToken));
    }

    public static Task<NodeOutput> SavePngAsync(NodeCall call)
    {
        var images = call.Picture("images");
        return SaveAsync(call, ".png", images, isAnimated: true, path => call.Services.Options.TinyMedia
            ? File.WriteAllBytesAsync(path, SaveNodes.TinyPng, call.CancellationToken)
            : VideoEncoder.EncodeAsync(call.Services.Ffmpeg, new VideoJob(images, call.Float("fps"), path, Apng), call.CancellationToken));
    }

    private static Task EncodeH264Async(NodeCall call, VideoJob job)
    {
        // The real encoder takes no odd sizes either.
        if (job.Images.Width % 2 != 0 || job.Images.Height % 2 != 0)
        {
            throw new PythonException("av.error.ExternalError", "[Errno 542398533] Generic error in an external library: 'avcodec_open2(libx264)'");
        }

        return VideoEncoder.EncodeAsync(call.Services.Ffmpeg, job, call.CancellationToken);
    }

    private static async Task<NodeOutput> SaveAsync(NodeCall call, string extension, Picture size, bool isAnimated, Func<string, Task> write)
    {
        var target = OutputName.Reserve(call.Services, call.Text("filename_prefix"), "output", size.Width, size.Height);
        if (SaveNodes.IsToldToWriteNothing(call))
        {
            return new NodeOutput([]);
        }

        var file = $"{target.FileName}_{target.Counter:00000}_{extension}";
        await write(Path.Combine(target.Folder, file));
        call.Services.Counters.Written(target, target.Counter, "_" + extension);
        call.Services.Statistics.Update(s => s with { FilesWritten = s.FilesWritten + 1 });
        return new NodeOutput([], new PyDict
        {
            ["images"] = new List<object?> { SaveNodes.FileEntry(file, target.Subfolder, "output") },
            ["animated"] = new List<object?> { isAnimated },
        });
    }
}
