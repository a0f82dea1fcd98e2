using System.Text.Json.Nodes;
using Continuity.Simulator.Tests.Support;

namespace Continuity.Simulator.Tests;

public sealed class ValidationFactsTests
{
    private const string Failed = """{"error": {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation", "details": """;

    [Fact]
    public async Task AnUnknownNodeIsNamedInText() => await RefusedAsync(
        """{"9": {"class_type": "Nope", "inputs": {}}}""",
        """{"error": {"type": "invalid_prompt", "message": "Cannot execute because node Nope does not exist.", "details": "Node ID '#9'", "extra_info": {}}, "node_errors": {}}""");

    [Fact]
    public async Task AWorkflowInUiFormatHasNodesWithoutClassType() => await RefusedAsync(
        """{"nodes": [], "links": []}""",
        """{"error": {"type": "invalid_prompt", "message": "Cannot execute because a node is missing the class_type property.", "details": "Node ID '#nodes'", "extra_info": {}}, "node_errors": {}}""");

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}}}""")]
    public async Task WithoutOutputNodesThereAreNoOutputs(string prompt) => await RefusedAsync(
        prompt, """{"error": {"type": "prompt_no_outputs", "message": "Prompt has no outputs", "details": "", "extra_info": {}}, "node_errors": {}}""");

    [Fact]
    public async Task AMissingRequiredInput() => await RefusedAsync(
        """{"2": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x"}}}""",
        Failed + "\"Required input is missing: images\"" + """, "extra_info": {}}, "node_errors": {"2": {"errors": [{"type": "required_input_missing", "message": "Required input is missing", "details": "images", "extra_info": {"input_name": "images"}}], "dependent_outputs": ["2"], "class_type": "SaveImage"}}}""");

    [Theory]
    [InlineData("99999", "value_bigger_than_max", "Value 99999 bigger than max of 16384")]
    [InlineData("0", "value_smaller_than_min", "Value 0 smaller than min of 1")]
    public async Task ANumberOutOfRange(string value, string type, string message)
    {
        var answer = await PostAsync(WithWidth(value));

        Assert.Equal(
            Failed + "\"\"" + $$$$$$"""
            , "extra_info": {}}, "node_errors": {"1": {"errors": [{"type": "{{{{{{type}}}}}}", "message": "{{{{{{message}}}}}}", "details": "width", "extra_info": {"input_name": "width", "input_config": ["INT", {"default": 512, "min": 1, "max": 16384, "step": 1}], "received_value": {{{{{{value}}}}}}}}], "dependent_outputs": ["2"], "class_type": "EmptyImage"}}}
            """,
            answer.Text);
    }

    [Fact]
    public async Task AWordForAnInteger()
    {
        var error = ErrorOf(await PostAsync(WithWidth("\"wide\"")), "1");

        Assert.Equal("invalid_input_type", (string)error["type"]!);
        Assert.Equal("Failed to convert an input value to a INT value", (string)error["message"]!);
        Assert.Equal("width, wide, invalid literal for int() with base 10: 'wide'", (string)error["details"]!);
        Assert.Equal("invalid literal for int() with base 10: 'wide'", (string)error["extra_info"]!["exception_message"]!);
    }

    [Theory]
    [InlineData("\"64\"", "64")]
    [InlineData("64.9", "64")]
    [InlineData("true", "1")]
    public async Task NumbersAreConvertedAndHistoryShowsTheResult(string given, string kept)
    {
        await using var rig = await Rig.StartAsync();

        var entry = await rig.RunAsync(JsonNode.Parse(WithWidth(given))!.AsObject());

        Assert.Equal(kept, entry["prompt"]![2]!["1"]!["inputs"]!["width"]!.ToJsonString());
    }

    [Fact]
    public async Task TheWordFalseIsTrue()
    {
        await using var rig = await Rig.StartAsync();
        var graph = Graphs.Sleep(0, 1);
        graph["2"]!["inputs"]!["previews"] = "false";

        Assert.True((bool)(await rig.RunAsync(graph))["prompt"]![2]!["2"]!["inputs"]!["previews"]!);
    }

    [Fact]
    public async Task AnOldStyleComboIsCheckedAgainstInstalledModels()
    {
        var error = ErrorOf(await PostAsync(Graphs.TextToImage(checkpoint: "nope.safetensors").ToJsonString()), "1");

        Assert.Equal("value_not_in_list", (string)error["type"]!);
        Assert.StartsWith("ckpt_name: 'nope.safetensors' not in ['dreamshaper_8.safetensors', 'flux1-dev-fp8.safetensors', ", (string)error["details"]!, StringComparison.Ordinal);
        Assert.Contains("sd_xl_base_1.0.safetensors", error["extra_info"]!["input_config"]![0]!.AsArray().Select(n => (string)n!));
    }

    [Fact]
    public async Task ANewStyleComboIsNotCheckedAndFailsWhenRun()
    {
        await using var rig = await Rig.StartAsync();
        var graph = Graphs.Through(Graphs.Node("ImageUpscaleWithModel", ("upscale_model", Graphs.Link("4")), ("image", Graphs.Link("1"))));
        graph["4"] = Graphs.Node("UpscaleModelLoader", ("model_name", "nope.pth"));

        var entry = await rig.RunAsync(graph);

        var error = entry["status"]!["messages"]!.AsArray()[^1]![1]!;
        Assert.Equal("FileNotFoundError", (string)error["exception_type"]!);
        Assert.Equal("Model in folder 'upscale_models' with filename 'nope.pth' not found.\n", (string)error["exception_message"]!);
    }

    [Theory]
    [InlineData("LoadImage", "image", "Invalid image file: missing.png", "missing.png")]
    [InlineData("LoadVideo", "file", "Invalid video file: missing.mp4", "missing.mp4")]
    public async Task AMissingInputFileFailsTheNodesOwnCheck(string classType, string input, string reason, string file)
    {
        var graph = new JsonObject { ["1"] = Graphs.Node(classType, (input, file)) };
        graph["2"] = classType == "LoadImage"
            ? Graphs.Save("1", "x")
            : Graphs.Node("SaveVideo", ("video", Graphs.Link("1")), ("filename_prefix", "x"), ("format", "auto"), ("codec", "auto"));

        var error = ErrorOf(await PostAsync(graph.ToJsonString()), "1");

        Assert.Equal(("custom_validation_failed", $"{input} - {reason}"), ((string)error["type"]!, (string)error["details"]!));
    }

    [Fact]
    public async Task ALinkOfTheWrongType()
    {
        var error = ErrorOf(
            await PostAsync("""{"3": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}}, "2": {"class_type": "SaveImage", "inputs": {"images": ["3", 0], "filename_prefix": "x"}}}"""),
            "2");

        Assert.Equal("return_type_mismatch", (string)error["type"]!);
        Assert.Equal("images, received_type(LATENT) mismatch input_type(IMAGE)", (string)error["details"]!);
        Assert.Equal("""["3",0]""", error["extra_info"]!["linked_node"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""["77", 0]""", "exception_during_validation", "'77'", "KeyError")]
    [InlineData("""[1, 0]""", "exception_during_validation", "1", "KeyError")]
    [InlineData("""["1", 7]""", "exception_during_validation", "tuple index out of range", "IndexError")]
    [InlineData("""["1"]""", "bad_linked_input", "images", null)]
    public async Task BrokenLinks(string link, string type, string details, string? exception)
    {
        var answer = await PostAsync("""{"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}}, "2": {"class_type": "SaveImage", "inputs": {"images": """ + link + """, "filename_prefix": "x"}}}""");
        var error = ErrorOf(answer, "2");

        Assert.Equal(400, answer.Status);
        Assert.Equal((type, details), ((string)error["type"]!, (string)error["details"]!));
        Assert.Equal(exception, (string?)error["extra_info"]!["exception_type"]);
    }

    [Fact]
    public async Task ANodeWithoutInputs()
    {
        var answer = await PostAsync("""{"2": {"class_type": "SaveImage"}}""");

        Assert.Equal("Exception when validating node: 'inputs'", (string)answer.Json["error"]!["details"]!);
        Assert.Equal("KeyError", (string)ErrorOf(answer, "2")["extra_info"]!["exception_type"]!);
    }

    [Fact]
    public async Task ACycleIsRefusedWithoutAnyReason() => await RefusedAsync(
        """{"1": {"class_type": "ImageInvert", "inputs": {"image": ["2", 0]}}, "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}}, "3": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}}""",
        Failed + "\"\", \"extra_info\": {}}, \"node_errors\": {}}");

    [Fact]
    public async Task OneGoodOutputIsEnoughAndTheBadOnesAreDropped()
    {
        await using var rig = await Rig.StartAsync();
        var graph = Graphs.Empty();
        graph["4"] = Graphs.Node("PreviewImage");

        var answer = await rig.PostPromptAsync(graph, promptId: "p");
        var entry = await rig.EndOfAsync("p");

        Assert.Equal(200, answer.Status);
        Assert.Equal("required_input_missing", (string)answer.Json["node_errors"]!["4"]!["errors"]![0]!["type"]!);
        Assert.Equal(["2"], entry["outputs"]!.AsObject().Select(p => p.Key));
    }

    [Fact]
    public async Task APlainValueForALinkPassesAndFailsWhenRun()
    {
        await using var rig = await Rig.StartAsync();

        var entry = await rig.RunAsync(new JsonObject { ["1"] = Graphs.Node("SaveImage", ("images", "hello"), ("filename_prefix", "x"), ("unknown", 5)) });

        var error = entry["status"]!["messages"]!.AsArray()[^1]![1]!;
        Assert.Equal(("AttributeError", "'str' object has no attribute 'shape'\n"), ((string)error["exception_type"]!, (string)error["exception_message"]!));
    }

    [Fact]
    public async Task ASeedBeyondSixtyFourBitsIsTooBig()
    {
        var graph = Graphs.TextToImage();
        graph["4"]!["inputs"]!["seed"] = JsonNode.Parse("18446744073709551616");

        Assert.Equal("value_bigger_than_max", (string)ErrorOf(await PostAsync(graph.ToJsonString()), "4")["type"]!);
        graph["4"]!["inputs"]!["seed"] = JsonNode.Parse("18446744073709551615");
        Assert.Equal(200, (await PostAsync(graph.ToJsonString())).Status);
    }

    private static string WithWidth(string value) =>
        """{"1": {"class_type": "EmptyImage", "inputs": {"width": """ + value +
        """, "height": 8, "batch_size": 1, "color": 0}}, "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}}""";

    private static async Task<Answer> PostAsync(string prompt)
    {
        await using var rig = await Rig.StartAsync();
        return await rig.PostAsync("prompt", $$"""{"prompt": {{prompt}}}""");
    }

    private static async Task RefusedAsync(string prompt, string text)
    {
        var answer = await PostAsync(prompt);
        Assert.Equal((400, text), (answer.Status, answer.Text));
    }

    private static JsonNode ErrorOf(Answer answer, string nodeId) => answer.Json["node_errors"]![nodeId]!["errors"]![0]!;
}
