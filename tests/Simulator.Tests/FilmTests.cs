using System.Diagnostics;
using System.Text.Json.Nodes;
using Continuity.Simulator.Media;
using Continuity.Simulator.Tests.Support;
using CsCheck;
using SkiaSharp;

namespace Continuity.Simulator.Tests;

public sealed class FilmTests
{
    private static readonly Ffmpeg NoFfmpeg = new(new SimulatorOptions { FfmpegPath = "/nonexistent/ffmpeg" });

    [Fact]
    public void EnlargingAndReducingIsOneScaling()
    {
        var clip = new VideoPicture(NoFfmpeg, "clip.mp4", 640, 352, 49);

        var upscaled = Pictures.Scale(Pictures.Scale(clip, 2560, 1408), 1280, 704, crop: true);

        Assert.Equal((1280, 704, 49), (upscaled.Width, upscaled.Height, upscaled.Count));
        Assert.Equal("scale=1280:704:flags=bilinear,setsar=1", Assert.Single(upscaled.AsFilm()!.Filters));
    }

    [Fact]
    public void ReducingAndEnlargingStaysTwoScalings()
    {
        var clip = new VideoPicture(NoFfmpeg, "clip.mp4", 640, 352, 49);

        Assert.Equal(2, Pictures.Scale(Pictures.Scale(clip, 64, 36), 640, 352).AsFilm()!.Filters.Length);
    }

    [Fact]
    public void AnyChainOfScalingsEndsWithTheLastSize() => Gen.Select(Gen.Int[1, 300], Gen.Int[1, 300], Gen.Bool).List[1, 6].Sample(steps =>
    {
        Picture picture = new VideoPicture(NoFfmpeg, "clip.mp4", 64, 48, 3);
        foreach (var (width, height, crop) in steps)
        {
            picture = Pictures.Scale(picture, width, height, crop);
        }

        Assert.Equal((steps[^1].Item1, steps[^1].Item2, 3), (picture.Width, picture.Height, picture.Count));
    });

    [Fact]
    public async Task AnUpscaledVideoHasItsExactSizeAllItsFramesAndItsSound()
    {
        await using var rig = await Rig.StartAsync();
        await GenerateAsync(Path.Combine(rig.Comfy.DataDirectory, "input", "clip.mp4"));
        var graph = new JsonObject
        {
            ["1"] = Graphs.Node("LoadVideo", ("file", "clip.mp4")),
            ["2"] = Graphs.Node("GetVideoComponents", ("video", Graphs.Link("1"))),
            ["3"] = Graphs.Node("UpscaleModelLoader", ("model_name", "4x-UltraSharp.pth")),
            ["4"] = Graphs.Node("ImageUpscaleWithModel", ("upscale_model", Graphs.Link("3")), ("image", Graphs.Link("2"))),
            ["5"] = Graphs.Node("ImageScale", ("image", Graphs.Link("4")), ("upscale_method", "lanczos"), ("width", 90), ("height", 90), ("crop", "center")),
            ["6"] = Graphs.Node("CreateVideo", ("images", Graphs.Link("5")), ("fps", Graphs.Link("2", 2)), ("audio", Graphs.Link("2", 1))),
            ["7"] = Graphs.Node("SaveVideo", ("video", Graphs.Link("6")), ("filename_prefix", "up"), ("format", "mp4"), ("codec", "h264")),
        };

        var entry = await rig.RunAsync(graph);

        Assert.Equal("success", (string)entry["status"]!["status_str"]!);
        Assert.Equal("video,90,90,16/1,17\naudio,0/0,", (await ProbeAsync(Output(rig, "up_00001_.mp4"))).TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'));
    }

    [Fact]
    public async Task AnInterpolatedVideoKeepsItsFirstAndLastFrame()
    {
        await using var rig = await Rig.StartAsync();
        await GenerateAsync(Path.Combine(rig.Comfy.DataDirectory, "input", "clip.mp4"));
        var graph = new JsonObject
        {
            ["1"] = Graphs.Node("LoadVideo", ("file", "clip.mp4")),
            ["2"] = Graphs.Node("GetVideoComponents", ("video", Graphs.Link("1"))),
            ["3"] = Graphs.Node(
                "RIFE VFI", ("ckpt_name", "rife47.pth"), ("frames", Graphs.Link("2")), ("clear_cache_after_n_frames", 10), ("multiplier", 2),
                ("fast_mode", true), ("ensemble", true), ("scale_factor", 1)),
            ["4"] = Graphs.Node("CreateVideo", ("images", Graphs.Link("3")), ("fps", 32)),
            ["5"] = Graphs.Node("SaveVideo", ("video", Graphs.Link("4")), ("filename_prefix", "smooth"), ("format", "mp4"), ("codec", "h264")),
        };
        await rig.RunAsync(graph);
        var back = new JsonObject
        {
            ["1"] = Graphs.Node("LoadVideo", ("file", "smooth_00001_.mp4 [output]")),
            ["2"] = Graphs.Node("GetVideoComponents", ("video", Graphs.Link("1"))),
            ["3"] = Graphs.Save("2", "frame"),
        };
        await rig.RunAsync(back);

        // The clip fades from black to white.
        Assert.Equal("video,64,48,32/1,33", await ProbeAsync(Output(rig, "smooth_00001_.mp4")));
        Assert.InRange(await ShadeAsync(Output(rig, "frame_00001_.png")), 0, 10);
        Assert.InRange(await ShadeAsync(Output(rig, "frame_00017_.png")), 115, 140);
        Assert.InRange(await ShadeAsync(Output(rig, "frame_00033_.png")), 245, 255);
    }

    [Fact]
    public async Task TinyMediaLoadsAndSavesVideosWithoutFfmpeg()
    {
        await using var rig = await Rig.StartAsync(o => (o.TinyMedia, o.FfmpegPath) = (true, "/nonexistent/ffmpeg"));
        await rig.UploadAsync("clip.mp4", VideoEncoder.TinyVideo);
        var graph = new JsonObject
        {
            ["1"] = Graphs.Node("LoadVideo", ("file", "clip.mp4")),
            ["2"] = Graphs.Node("SaveVideo", ("video", Graphs.Link("1")), ("filename_prefix", "copy"), ("format", "mp4"), ("codec", "h264")),
        };

        Assert.Equal("success", (string)(await rig.RunAsync(graph))["status"]!["status_str"]!);
        Assert.Equal(VideoEncoder.TinyVideo, await File.ReadAllBytesAsync(Output(rig, "copy_00001_.mp4")));
    }

    private static string Output(Rig rig, string name) => Path.Combine(rig.Comfy.DataDirectory, "output", name);

    private static async Task GenerateAsync(string path)
    {
        string[] arguments =
        [
            "-v", "error", "-f", "lavfi", "-i", "color=white:s=64x48:r=16:d=1.0625,fade=in:0:16", "-f", "lavfi", "-i", "sine=d=2", "-c:v", "libx264", "-pix_fmt",
            "yuv420p", "-c:a", "aac", path,
        ];
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { UseShellExecute = false })!;
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static async Task<int> ShadeAsync(string path)
    {
        using var bitmap = SKBitmap.Decode(await File.ReadAllBytesAsync(path));
        return bitmap.GetPixel(32, 32).Green;
    }

    private static async Task<string> ProbeAsync(string path)
    {
        string[] arguments = ["-v", "error", "-show_entries", "stream=codec_type,width,height,r_frame_rate,nb_frames", "-of", "csv=p=0", path];
        using var process = Process.Start(new ProcessStartInfo("ffprobe", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text.Trim();
    }
}
