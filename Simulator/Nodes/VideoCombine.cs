using System.Globalization;
using System.Text.RegularExpressions;
using Continuity.Simulator.Json;
using Continuity.Simulator.Media;
using Continuity.Simulator.Storage;

namespace Continuity.Simulator.Nodes;

/// <summary>VHS_VideoCombine of the VideoHelperSuite pack: reports under "gifs", counts by its own rule, and looks at interrupts.</summary>
internal static class VideoCombine
{
    public static async Task<NodeOutput> RunAsync(NodeCall call)
    {
        var images = call.Picture("images");
        var type = call.Flag("save_output") ? "output" : "temp";
        var target = OutputName.Reserve(call.Services, call.Text("filename_prefix"), type, images.Width, images.Height);
        if (SaveNodes.IsToldToWriteNothing(call))
        {
            return new NodeOutput([null]);
        }

        var counter = NextCounter(target);
        var format = call.Text("format");
        var (extension, codec) = CodecOf(format);
        var file = $"{target.FileName}_{counter:00000}{extension}";
        var cover = $"{target.FileName}_{counter:00000}.png";
        using (var first = await images.FirstAsync(call.CancellationToken))
        {
            await File.WriteAllBytesAsync(Path.Combine(target.Folder, cover), SaveNodes.EncodePng(call, first), call.CancellationToken);
        }

        var path = Path.Combine(target.Folder, file);
        var rate = call.Float("frame_rate");
        var isVideo = format.StartsWith("video/", StringComparison.Ordinal);
        var job = new VideoJob(images, rate, path, codec)
        {
            Sound = isVideo ? call.OptionalSound("audio") : null,
            OnFrame = frame => call.Progress((long)frame, (long)images.Count),
        };
        await VideoEncoder.EncodeAsync(call.Services.Ffmpeg, job, call.CancellationToken);
        call.Services.Statistics.Update(s => s with { FilesWritten = s.FilesWritten + 2 });
        var entry = SaveNodes.FileEntry(file, target.Subfolder, type);
        (entry["format"], entry["frame_rate"], entry["workflow"], entry["fullpath"]) = (format, rate, cover, path);
        return new NodeOutput([new List<object?> { type == "output", new List<object?> { path } }], new PyDict { ["gifs"] = new List<object?> { entry } });
    }

    private static (string Extension, VideoCodec Codec) CodecOf(string format)
    {
        // The pack pads odd sizes instead of failing.
        const string Even = "pad=ceil(iw/2)*2:ceil(ih/2)*2";
        return format switch
        {
            "video/h264-mp4" => (".mp4", new VideoCodec(SaveVideoNodes.H264, Even)),
            "video/h265-mp4" => (".mp4", new VideoCodec(["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-tag:v", "hvc1"], Even)),
            "video/webm" => (".webm", new VideoCodec(["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p"], Even, "libopus")),
            "video/av1-webm" => (".webm", new VideoCodec(["-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p"], Even, "libopus")),
            "image/gif" => (".gif", new VideoCodec([])),
            _ => (".webp", new VideoCodec(["-c:v", "libwebp", "-loop", "0"])),
        };
    }

    private static int NextCounter(OutputName target)
    {
        var pattern = new Regex($@"^{Regex.Escape(target.FileName)}_(?<n>\d+)\D*\..+$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        return 1 + Directory.EnumerateFiles(target.Folder)
            .Select(f => pattern.Match(Path.GetFileName(f)))
            .Where(m => m.Success)
            .Select(m => int.Parse(m.Groups["n"].Value, CultureInfo.InvariantCulture))
            .DefaultIfEmpty(0)
            .Max();
    }
}
