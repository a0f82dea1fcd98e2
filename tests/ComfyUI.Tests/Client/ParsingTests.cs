using System.Text.Json;

using Continuity.ComfyUI.Client;

using CsCheck;

namespace Continuity.ComfyUI.Tests.Client;

public sealed class ParsingTests
{
    [Fact]
    public void Outputs_WhatALoaderShowsOfItsInput_IsNoOutput() => Assert.Equal(
        ["clip_00001_.mp4"],
        OutputParser.OfPrompt(Json("""
            {"1": {"images": [{"filename": "source.mp4", "subfolder": "continuity", "type": "input"}], "animated": [true]},
             "7": {"images": [{"filename": "clip_00001_.mp4", "subfolder": "", "type": "output"}], "animated": [true]}}
            """)).Select(file => file.FileName));

    [Theory]
    [InlineData("""{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN \" Infinity"}""", """{"a": 0, "b": [null, null], "c": "NaN \" Infinity"}""")]
    [InlineData("""{"a": 1}""", """{"a": 1}""")]
    public void PythonJson_ValuesThatJsonDoesNotHave_AreReadAsNothing(string python, string json)
    {
        using var read = PythonJson.Parse(System.Text.Encoding.UTF8.GetBytes(python));

        Assert.True(System.Text.Json.JsonElement.DeepEquals(Json(json), read.RootElement), read.RootElement.GetRawText());
    }

    [Fact]
    public void PythonJson_NoJsonAtAll_Throws() =>
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => PythonJson.Parse("<html>NaN</html>"u8.ToArray()));

    [Fact]
    public void Catalogue_DynamicCombo_IsLeftToComfyToCheck()
    {
        var catalogue = NodeCatalogueParser.Parse(Json("""
            {"SaveVideo": {"input": {"required": {"format": ["COMFY_DYNAMICCOMBO_V3", {"options": [{"key": "mp4", "inputs": {}}]}], "codec": ["COMBO", {"options": ["auto", "h264"]}]}}, "output_node": true}}
            """));

        Assert.Null(catalogue.AllowedValues("SaveVideo", "format"));
        Assert.Equal(["auto", "h264"], catalogue.AllowedValues("SaveVideo", "codec")!);
    }

    [Fact]
    public void Catalogue_BothFormsOfALoadersList_AreRead()
    {
        // As recorded: a list that is empty says that there is no file, one that the user interface fetches says nothing.
        var catalogue = NodeCatalogueParser.Parse(Json("""
            {"UNETLoader": {"input": {"required": {"unet_name": [["a.safetensors"]], "weight_dtype": [["default"]]}}},
             "VAELoader": {"input": {"required": {"vae_name": [[]]}}},
             "UpscaleModelLoader": {"input": {"required": {"model_name": ["COMBO", {"multiselect": false, "options": []}]}}},
             "LoadImageOutput": {"input": {"required": {"image": ["COMBO", {"image_upload": true, "options": [], "remote": {"route": "/internal/files/output"}}]}}}}
            """));

        Assert.Equal("a.safetensors", Assert.Single(catalogue.AllowedValues("UNETLoader", "unet_name")!.Value));
        Assert.Empty(catalogue.AllowedValues("VAELoader", "vae_name")!.Value);
        Assert.Empty(catalogue.AllowedValues("UpscaleModelLoader", "model_name")!.Value);
        Assert.Null(catalogue.AllowedValues("LoadImageOutput", "image"));
    }

    [Fact]
    public void Outputs_RecordedShapes_FoundUnderAnyKeyMainOnesFirst()
    {
        var files = OutputParser.OfPrompt(Json("""
            {"1": {"images": [{"filename": "p.png", "subfolder": "", "type": "temp"}]},
             "2": {"gifs": [{"filename": "out.mp4", "subfolder": "vhs", "type": "output", "format": "video/h264-mp4", "frame_rate": 8.0, "fullpath": "/x"}]},
             "5": {"images": [{"filename": "clip_00001_.mp4", "subfolder": "video", "type": "output"}], "animated": [true], "text": ["a", 1, null]},
             "6": {"n": 5}, "7": null}
            """));
        Assert.Equal(["out.mp4", "clip_00001_.mp4", "p.png"], files.Select(file => file.FileName));
        Assert.True(files[0].IsVideo && files[1].IsVideo && files[2].IsImage);
        Assert.Equal("video", files[1].Subfolder);
        Assert.False(files[2].IsMain);
    }

    [Fact]
    public void Queue_PendingOutOfOrder_SortedByNumberThenId()
    {
        var queue = QueueParser.Parse(Json("""{"queue_running": [], "queue_pending": [[70, "b", {}, {}, []], [-1000.5, "z", {}, {"client_id": "c", "job": "j"}, []], [70, "a", {}, {}, [], {}]]}"""))!;
        Assert.Equal(["z", "a", "b"], queue.Pending.Select(prompt => prompt.PromptId));
        Assert.Equal("c", queue.Pending[0].ClientId);
        Assert.Equal("j", queue.Pending[0].Tags["job"]);
    }

    [Theory]
    [InlineData("""{"x": {"outputs": {}, "status": {"status_str": "error", "completed": false, "messages": [["execution_start", {}], ["execution_interrupted", {}]]}}}""", typeof(PromptOutcome.Interrupted))]
    [InlineData("""{"x": {"outputs": {}, "status": {"status_str": "error", "completed": false, "messages": [["execution_error", {"exception_message": "b\n"}]]}}}""", typeof(PromptOutcome.Failed))]
    [InlineData("""{"x": {"outputs": {}, "status": {"status_str": "error", "completed": false, "messages": []}}}""", typeof(PromptOutcome.Failed))]
    [InlineData("""{"x": {"outputs": {}, "status": {"status_str": "success", "completed": true, "messages": []}}}""", typeof(PromptOutcome.Succeeded))]
    public void History_Statuses_Judged(string json, Type expected) => Assert.IsType(expected, HistoryParser.Parse(Json(json), "x"));

    [Fact]
    public void History_OtherPrompt_Nothing() => Assert.Null(HistoryParser.Parse(Json("{}"), "x"));

    [Fact]
    public void Preview_PlainJpeg_BelongsToNoNamedPrompt()
    {
        var preview = Assert.IsType<SocketMessage.Preview>(SocketMessage.OfBinary(Convert.FromHexString("0000000100000001ffd8ffe000104a46")));
        Assert.Null(preview.PromptId);
        Assert.Equal(("image/jpeg", 8), (preview.Image.MediaType, preview.Image.Data.Length));
    }

    [Fact]
    public void Preview_WithMetadata_NamesItsPrompt()
    {
        var metadata = """{"node_id": "2", "prompt_id": "p", "image_type": "image/png"}"""u8.ToArray();
        byte[] frame = [0, 0, 0, 4, 0, 0, 0, (byte)metadata.Length, .. metadata, 0x89, 0x50];
        var preview = Assert.IsType<SocketMessage.Preview>(SocketMessage.OfBinary(frame));
        Assert.Equal(("p", "image/png", 2), (preview.PromptId, preview.Image.MediaType, preview.Image.Data.Length));
    }

    [Fact]
    public void Frames_AnyBytes_NeverThrow() => Gen.Byte.Array[0, 64].Sample(bytes =>
    {
        _ = SocketMessage.OfBinary(bytes);
        _ = SocketMessage.OfText(bytes);
    });

    [Fact]
    public void Progress_AnyReports_NeverFallsAndStaysBelowTheEnd()
    {
        var graph = Json("""
            {"1": {"class_type": "A", "inputs": {}}, "2": {"class_type": "KSampler", "inputs": {"x": ["1", 0]}}, "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0]}},
             "9": {"class_type": "Unneeded", "inputs": {}}}
            """);
        string[] nodes = ["1", "2", "3", "9", "nowhere"];
        Gen.Select(Gen.Int[0, nodes.Length - 1].Select(index => nodes[index]), Gen.Double[-1, 2]).Array.Sample(reports =>
        {
            var progress = new GraphProgress(graph, ["3"]);
            var last = 0d;
            foreach (var (node, fraction) in reports)
            {
                progress.Report(node, fraction);
                Assert.InRange(progress.Percent!.Value, last, 99);
                last = progress.Percent.Value;
            }
        });
    }

    [Fact]
    public void Progress_AllNeededNodesDone_TheSamplerCountsMost()
    {
        var graph = Json("""{"1": {"class_type": "A", "inputs": {}}, "2": {"class_type": "KSampler", "inputs": {"x": ["1", 0]}}, "9": {"class_type": "B", "inputs": {}}}""");
        var progress = new GraphProgress(graph, ["2"]);
        progress.Finished("1");
        Assert.InRange(progress.Percent!.Value, 1, 10);
        progress.Finished("2");
        Assert.Equal(99, progress.Percent!.Value);
    }

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;
}
