using System.Text.Json.Nodes;
using Continuity.Simulator.Tests.Support;
using SkiaSharp;

namespace Continuity.Simulator.Tests;

public sealed class MoreNodesTests
{
    [Theory]
    [InlineData("ImageCrop", """{"width": 20, "height": 16, "x": 50, "y": 4}""", 14, 16)]
    [InlineData("ImagePadForOutpaint", """{"left": 8, "top": 0, "right": 16, "bottom": 8, "feathering": 0}""", 88, 40)]
    [InlineData("ImageBlur", """{"blur_radius": 3, "sigma": 1.0}""", 64, 32)]
    [InlineData("ImageSharpen", """{"sharpen_radius": 1, "sigma": 1.0, "alpha": 1.0}""", 64, 32)]
    [InlineData("ImageFlip", """{"flip_method": "y-axis: horizontally"}""", 64, 32)]
    [InlineData("ImageScaleToTotalPixels", """{"upscale_method": "area", "megapixels": 0.01}""", 145, 72)]
    public async Task PictureNodesGiveTheRightSize(string classType, string inputs, int width, int height)
    {
        await using var rig = await Rig.StartAsync();
        var node = new JsonObject { ["class_type"] = classType, ["inputs"] = JsonNode.Parse(inputs) };
        node["inputs"]!["image"] = Graphs.Link("1");

        await SucceedAsync(rig, Graphs.Through(node));

        using var bitmap = SKBitmap.Decode(Path.Combine(rig.Comfy.DataDirectory, "output", "through_00001_.png"));
        Assert.Equal((width, height), (bitmap.Width, bitmap.Height));
    }

    [Fact]
    public async Task AStableVideoDiffusionGraphMakesAVideoOfItsFrames()
    {
        await using var rig = await Rig.StartAsync();
        var graph = new JsonObject
        {
            ["1"] = Graphs.Image(0x224466),
            ["2"] = Graphs.Node("ImageOnlyCheckpointLoader", ("ckpt_name", "svd_xt.safetensors")),
            ["3"] = Graphs.Node("VideoLinearCFGGuidance", ("model", Graphs.Link("2")), ("min_cfg", 1.0)),
            ["4"] = Graphs.Node(
                "SVD_img2vid_Conditioning", ("clip_vision", Graphs.Link("2", 1)), ("init_image", Graphs.Link("1")), ("vae", Graphs.Link("2", 2)), ("width", 64),
                ("height", 32), ("video_frames", 6), ("motion_bucket_id", 127), ("fps", 6), ("augmentation_level", 0.0)),
            ["5"] = Sampler("3", Graphs.Link("4"), Graphs.Link("4", 1), Graphs.Link("4", 2)),
            ["6"] = Graphs.Node("VAEDecode", ("samples", Graphs.Link("5")), ("vae", Graphs.Link("2", 2))),
            ["7"] = Graphs.Node("SaveAnimatedPNG", ("images", Graphs.Link("6")), ("filename_prefix", "svd"), ("fps", 6.0), ("compress_level", 4)),
            ["8"] = Graphs.Save("6", "frame"),
        };

        var entry = await SucceedAsync(rig, graph);

        Assert.Equal("""{"images":[{"filename":"svd_00001_.png","subfolder":"","type":"output"}],"animated":[true]}""", entry["outputs"]!["7"]!.ToJsonString());
        Assert.Equal(6, entry["outputs"]!["8"]!["images"]!.AsArray().Count);
    }

    [Fact]
    public async Task InpaintingUpscaledLatentsAndAControlNetRun()
    {
        await using var rig = await Rig.StartAsync();
        await rig.UploadAsync("mask.png", TestFiles.Png(1));
        var graph = new JsonObject
        {
            ["1"] = Graphs.Image(),
            ["2"] = Graphs.Node("CheckpointLoaderSimple", ("ckpt_name", "dreamshaper_8.safetensors")),
            ["3"] = Graphs.Node("CLIPTextEncode", ("text", "a harbour"), ("clip", Graphs.Link("2", 1))),
            ["4"] = Graphs.Node("ControlNetLoader", ("control_net_name", "control_v11p_sd15_canny_fp16.safetensors")),
            ["5"] = Graphs.Node(
                "ControlNetApplyAdvanced", ("positive", Graphs.Link("3")), ("negative", Graphs.Link("3")), ("control_net", Graphs.Link("4")),
                ("image", Graphs.Link("1")), ("strength", 1.0), ("start_percent", 0.0), ("end_percent", 1.0)),
            ["6"] = Graphs.Node("LoadImageMask", ("image", "mask.png"), ("channel", "red")),
            ["7"] = Graphs.Node(
                "VAEEncodeForInpaint", ("pixels", Graphs.Link("1")), ("vae", Graphs.Link("2", 2)), ("mask", Graphs.Link("6")), ("grow_mask_by", 6)),
            ["8"] = Graphs.Node("LatentUpscaleBy", ("samples", Graphs.Link("7")), ("upscale_method", "bilinear"), ("scale_by", 2.0)),
            ["9"] = Sampler("2", Graphs.Link("5"), Graphs.Link("5", 1), Graphs.Link("8")),
            ["10"] = Graphs.Node("VAEDecode", ("samples", Graphs.Link("9")), ("vae", Graphs.Link("2", 2))),
            ["11"] = Graphs.Save("10", "inpainted"),
        };

        await SucceedAsync(rig, graph);

        using var bitmap = SKBitmap.Decode(Path.Combine(rig.Comfy.DataDirectory, "output", "inpainted_00001_.png"));
        Assert.Equal((128, 64), (bitmap.Width, bitmap.Height));
    }

    [Fact]
    public async Task PreviewAnyShowsValuesAsText()
    {
        await using var rig = await Rig.StartAsync();
        var graph = new JsonObject
        {
            ["1"] = Graphs.Node("PrimitiveFloat", ("value", 2)),
            ["2"] = Graphs.Node("PreviewAny", ("source", Graphs.Link("1"))),
        };

        Assert.Equal("""{"text":["2.0"]}""", (await SucceedAsync(rig, graph))["outputs"]!["2"]!.ToJsonString());
    }

    [Fact]
    public async Task NotANumberPassesRangesAsPythonSeesThem()
    {
        await using var rig = await Rig.StartAsync();
        const string Body = """{"prompt": {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}}, "2": {"class_type": "TestSleep", "inputs": {"image": ["1", 0], "seconds": NaN, "steps": -Infinity, "previews": false, "seed": 0, "note": "a \"NaN"}}, "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "n"}}}}""";

        var answer = await rig.PostAsync("prompt", Body);

        // The infinite count is refused, the NaN is not even mentioned.
        Assert.Equal(400, answer.Status);
        Assert.Contains("\"details\": \"steps, -inf, cannot convert float infinity to integer\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\"received_value\": -Infinity", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"details\": \"seconds", answer.Text, StringComparison.Ordinal);
    }

    private static JsonObject Sampler(string model, JsonArray positive, JsonArray negative, JsonArray latent) => Graphs.Node(
        "KSampler", ("model", Graphs.Link(model)), ("seed", 7), ("steps", 2), ("cfg", 2.5), ("sampler_name", "euler"), ("scheduler", "karras"),
        ("positive", positive), ("negative", negative), ("latent_image", latent), ("denoise", 1.0));

    private static async Task<JsonNode> SucceedAsync(Rig rig, JsonObject graph)
    {
        var entry = await rig.RunAsync(graph);
        Assert.True((string)entry["status"]!["status_str"]! == "success", entry["status"]!.ToJsonString());
        return entry;
    }
}
