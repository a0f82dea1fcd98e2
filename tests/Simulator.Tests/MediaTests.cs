using System.Diagnostics;
using System.Text.Json.Nodes;
using Continuity.Simulator.Tests.Support;
using SkiaSharp;

namespace Continuity.Simulator.Tests;

public sealed class MediaTests
{
    [Fact]
    public async Task ASampledPictureHasTheLatentsSizeAndItsPromptInside()
    {
        await using var rig = await Rig.StartAsync();
        await rig.RunAsync(Graphs.TextToImage("a lighthouse"));

        var bytes = await File.ReadAllBytesAsync(Output(rig, "image_00001_.png"));

        using var bitmap = SKBitmap.Decode(bytes);
        Assert.Equal((128, 64), (bitmap.Width, bitmap.Height));
        Assert.Contains("tEXtprompt\0{\"1\": {\"inputs\"", System.Text.Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheSameTextAndSeedGiveTheSamePixelsOnEveryServerAndOthersDoNot()
    {
        Assert.Equal(await PixelsAsync("a lighthouse"), await PixelsAsync("a lighthouse"));
        Assert.NotEqual(await PixelsAsync("a lighthouse"), await PixelsAsync("a whale"));
    }

    [Fact]
    public async Task AVideoStartsWithItsStartImageAndIsReportedUnderImagesAsAnimated()
    {
        await using var rig = await Rig.StartAsync();
        await rig.UploadAsync("start.png", TestFiles.Png(200, 64, 64));
        await rig.UploadAsync("end.png", TestFiles.Png(20, 64, 64));

        var entry = await rig.RunAsync(FirstLastFrame());

        Assert.Equal(
            """{"images":[{"filename":"clip_00001_.mp4","subfolder":"video","type":"output"}],"animated":[true]}""",
            entry["outputs"]!["9"]!.ToJsonString());
        Assert.Equal("64,64,16/1,17", await ProbeAsync(Output(rig, "video/clip_00001_.mp4")));

        // Back through LoadVideo: the frames are really decoded.
        var back = new JsonObject
        {
            ["1"] = Graphs.Node("LoadVideo", ("file", "video/clip_00001_.mp4 [output]")),
            ["2"] = Graphs.Node("GetVideoComponents", ("video", Graphs.Link("1"))),
            ["3"] = Graphs.Save("2", "frame"),
        };
        await rig.RunAsync(back);
        Assert.InRange(await ShadeAsync(Output(rig, "frame_00001_.png")), 190, 210);
        Assert.InRange(await ShadeAsync(Output(rig, "frame_00017_.png")), 10, 30);
    }

    [Fact]
    public async Task InterpolationAndUpscalingMakeMoreAndLargerFramesForVideoCombine()
    {
        await using var rig = await Rig.StartAsync();
        var graph = new JsonObject
        {
            ["1"] = Graphs.Image(0x336699, batch: 5),
            ["2"] = Graphs.Node(
                "RIFE VFI", ("ckpt_name", "rife47.pth"), ("frames", Graphs.Link("1")), ("clear_cache_after_n_frames", 10), ("multiplier", 2),
                ("fast_mode", true), ("ensemble", true), ("scale_factor", 1)),
            ["3"] = Graphs.Node("UpscaleModelLoader", ("model_name", "RealESRGAN_x2plus.pth")),
            ["4"] = Graphs.Node("ImageUpscaleWithModel", ("upscale_model", Graphs.Link("3")), ("image", Graphs.Link("2"))),
            ["5"] = Graphs.Node(
                "VHS_VideoCombine", ("images", Graphs.Link("4")), ("frame_rate", 8), ("loop_count", 0), ("filename_prefix", "vhs/out"),
                ("format", "video/h264-mp4"), ("pingpong", false), ("save_output", true)),
        };

        var entry = await rig.RunAsync(graph);

        var path = Path.Combine(rig.Comfy.DataDirectory, "output", "vhs", "out_00001.mp4");
        Assert.Equal(
            """{"gifs":[{"filename":"out_00001.mp4","subfolder":"vhs","type":"output","format":"video/h264-mp4","frame_rate":8.0,"workflow":"out_00001.png","fullpath":""" + $"\"{path}\"}}]}}",
            entry["outputs"]!["5"]!.ToJsonString());
        Assert.Equal("128,64,8/1,9", await ProbeAsync(path));
        Assert.True(File.Exists(Path.ChangeExtension(path, ".png")));
    }

    [Theory]
    [InlineData("SaveWEBM", "webm", "codec", "vp9")]
    [InlineData("SaveAnimatedWEBP", "webp", "method", "default")]
    public async Task OtherSaversReportUnderImagesToo(string classType, string extension, string name, string value)
    {
        await using var rig = await Rig.StartAsync();
        var graph = new JsonObject
        {
            ["1"] = Graphs.Image(batch: 3),
            ["2"] = Graphs.Node(
                classType, ("images", Graphs.Link("1")), ("filename_prefix", "clip"), ("fps", 8), (name, value), ("crf", 32), ("lossless", false), ("quality", 80)),
        };

        var entry = await rig.RunAsync(graph);

        Assert.Equal(
            $$"""{"images":[{"filename":"clip_00001_.{{extension}}","subfolder":"","type":"output"}],"animated":[true]}""",
            entry["outputs"]?["2"]?.ToJsonString() ?? entry["status"]!.ToJsonString());
        Assert.True(new FileInfo(Output(rig, $"clip_00001_.{extension}")).Length > 100);
    }

    [Fact]
    public async Task TinyMediaNeedsNoFfmpeg()
    {
        await using var rig = await Rig.StartAsync(o => (o.TinyMedia, o.FfmpegPath) = (true, "/nonexistent/ffmpeg"));
        await rig.UploadAsync("start.png", TestFiles.Png(200, 64, 64));
        await rig.UploadAsync("end.png", TestFiles.Png(20, 64, 64));

        var entry = await rig.RunAsync(FirstLastFrame());

        Assert.Equal("success", (string)entry["status"]!["status_str"]!);
        Assert.Equal("16,16,8/1,2", await ProbeAsync(Output(rig, "video/clip_00001_.mp4")));
    }

    private static string Output(Rig rig, string name) => Path.Combine(rig.Comfy.DataDirectory, "output", name);

    private static JsonObject FirstLastFrame() => new()
    {
        ["1"] = Graphs.Node("UNETLoader", ("unet_name", "wan2.2_fun_inpaint_5B_bf16.safetensors"), ("weight_dtype", "default")),
        ["2"] = Graphs.Node("CLIPLoader", ("clip_name", "umt5_xxl_fp8_e4m3fn_scaled.safetensors"), ("type", "wan")),
        ["3"] = Graphs.Node("VAELoader", ("vae_name", "wan2.2_vae.safetensors")),
        ["4"] = Graphs.Node("CLIPTextEncode", ("text", "dusk falls"), ("clip", Graphs.Link("2"))),
        ["5"] = Graphs.Node("LoadImage", ("image", "start.png")),
        ["6"] = Graphs.Node("LoadImage", ("image", "end.png")),
        ["7"] = Graphs.Node(
            "WanFunInpaintToVideo", ("positive", Graphs.Link("4")), ("negative", Graphs.Link("4")), ("vae", Graphs.Link("3")), ("width", 64),
            ("height", 64), ("length", 17), ("batch_size", 1), ("start_image", Graphs.Link("5")), ("end_image", Graphs.Link("6"))),
        ["10"] = Graphs.Node(
            "KSampler", ("model", Graphs.Link("1")), ("seed", 7), ("steps", 2), ("cfg", 1.0), ("sampler_name", "euler"), ("scheduler", "simple"),
            ("positive", Graphs.Link("7")), ("negative", Graphs.Link("7", 1)), ("latent_image", Graphs.Link("7", 2)), ("denoise", 1.0)),
        ["11"] = Graphs.Node("VAEDecode", ("samples", Graphs.Link("10")), ("vae", Graphs.Link("3"))),
        ["8"] = Graphs.Node("CreateVideo", ("images", Graphs.Link("11")), ("fps", 16)),
        ["9"] = Graphs.Node("SaveVideo", ("video", Graphs.Link("8")), ("filename_prefix", "video/clip"), ("format", "auto"), ("codec", "auto")),
    };

    private static async Task<byte[]> PixelsAsync(string text)
    {
        await using var rig = await Rig.StartAsync();
        await rig.RunAsync(Graphs.TextToImage(text));
        using var bitmap = SKBitmap.Decode(await File.ReadAllBytesAsync(Output(rig, "image_00001_.png")));
        return bitmap.Bytes;
    }

    private static async Task<int> ShadeAsync(string path)
    {
        using var bitmap = SKBitmap.Decode(await File.ReadAllBytesAsync(path));
        return bitmap.GetPixel(32, 32).Green;
    }

    private static async Task<string> ProbeAsync(string path)
    {
        string[] arguments = ["-v", "error", "-show_entries", "stream=width,height,r_frame_rate,nb_frames", "-of", "csv=p=0", path];
        using var process = Process.Start(new ProcessStartInfo("ffprobe", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return text.Trim();
    }
}
