using System.Collections.Immutable;
using System.Text.Json.Nodes;

using Continuity.ComfyUI.Workflows;
using Continuity.Gpu;
using Continuity.Profiles;

using CsCheck;

namespace Continuity.ComfyUI.Tests.Workflows;

public sealed class PromptBuilderTests
{
    private static readonly WorkflowProfile Profile = new()
    {
        Id = "test",
        WorkflowJson = """
            {"1:2": {"class_type": "CLIPTextEncode", "inputs": {"text": "old", "nothing": null}},
             "3": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 20, "cfg": 1.5, "text": ["1:2", 0], "flag": true}},
             "4": {"class_type": "RandomNoise", "inputs": {"noise_seed": 1}},
             "5": {"class_type": "Custom", "inputs": {"seed": ["4", 0]}},
             "6": {"class_type": "LoadImage", "inputs": {"image": "start.png"}},
             "7": {"class_type": "LoadImage", "inputs": {"image": "end.png"}},
             "8": {"class_type": "LoadVideo", "inputs": {"file": "a.mp4"}},
             "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x", "images": ["3", 0]}},
             "10": {"class_type": "UNETLoader", "inputs": {"unet_name": "wan\\model.safetensors", "weight_dtype": "default"}}}
            """,
        Inputs = new Dictionary<string, ImmutableArray<string>>
        {
            [InputNames.Prompt] = ["1:2:text"],
            [InputNames.Steps] = ["3:steps"],
            [InputNames.Cfg] = ["3:cfg"],
            [InputNames.StartImage] = ["6:image"],
            [InputNames.EndImage] = ["7:image"],
            [InputNames.InputVideo] = ["8:video"],
            ["flag"] = ["3:flag"],
        }.ToImmutableDictionary(),
        Defaults = ImmutableDictionary<string, string>.Empty.Add(InputNames.Steps, "12"),
    };

    [Fact]
    public void Build_SeedHandedOverByAPrimitive_WrittenThere()
    {
        var profile = Profile with
        {
            Inputs = ImmutableDictionary<string, ImmutableArray<string>>.Empty,
            Defaults = ImmutableDictionary<string, string>.Empty,
            WorkflowJson = """
                {"1": {"class_type": "PrimitiveInt", "inputs": {"value": 1}},
                 "2": {"class_type": "KSampler", "inputs": {"seed": ["1", 0]}}}
                """,
        };

        var built = PromptBuilder.Build(profile, new Dictionary<string, JsonNode>(StringComparer.Ordinal), 42, "x");

        Assert.Equal(42, built.Seed);
        Assert.Equal("42", At(built, "1", "value")!.ToJsonString());
        Assert.IsType<JsonArray>(At(built, "2", "seed"));
    }

    [Fact]
    public void Build_Values_WrittenAtTheLastColonOverDefaults()
    {
        var built = Build(new() { [InputNames.Prompt] = "a cat", ["3:cfg"] = 7 });
        Assert.Equal("a cat", At(built, "1:2", "text")!.GetValue<string>());
        Assert.Equal("12", At(built, "3", "steps")!.ToJsonString());
        Assert.Equal("7", At(built, "3", "cfg")!.ToJsonString());
        Assert.Equal("24", At(Build(new() { [InputNames.Steps] = 24.0 }), "3", "steps")!.ToJsonString());
        Assert.False(((JsonObject)built.Graph["1:2"]!["inputs"]!).ContainsKey("nothing"));
    }

    [Fact]
    public void Build_Texts_TakeTheKindOfThePlace()
    {
        var built = Build(new() { [InputNames.Steps] = "30", ["flag"] = "false", [InputNames.Prompt] = 5 });
        Assert.Equal("30", At(built, "3", "steps")!.ToJsonString());
        Assert.Equal("false", At(built, "3", "flag")!.ToJsonString());
        Assert.Equal("5", At(built, "1:2", "text")!.GetValue<string>());
    }

    [Fact]
    public void Build_Seed_InEverySamplerAndNeverOverALink()
    {
        var built = Build([], seed: 42);
        Assert.Equal(42, built.Seed);
        Assert.Equal("42", At(built, "3", "seed")!.ToJsonString());
        Assert.Equal("42", At(built, "4", "noise_seed")!.ToJsonString());
        Assert.Equal("""["4",0]""", At(built, "5", "seed")!.ToJsonString());
        Assert.Equal(7, Build(new() { [InputNames.Seed] = 7 }, seed: 42).Seed);
    }

    [Fact]
    public void Build_NoSeed_RandomOnesThatEveryReaderKeeps()
    {
        var seeds = Enumerable.Range(0, 100).Select(_ => Build([]).Seed!.Value).ToArray();
        Assert.All(seeds, seed => Assert.InRange(seed, 0, SeedSource.Limit - 1));
        Assert.True(seeds.Distinct().Count() > 90);
    }

    [Fact]
    public void Build_OnlyAStartImage_EndsOnItAndSaysSo()
    {
        var built = Build(new() { [InputNames.StartImage] = "up/a.png" });
        Assert.Equal("up/a.png", At(built, "7", "image")!.GetValue<string>());
        Assert.Equal(InputNames.StartImage, built.Metadata[PromptBuilder.EndImageFallback]);
        Assert.Empty(Build(new() { [InputNames.StartImage] = "a.png", [InputNames.EndImage] = "b.png" }).Metadata);
    }

    [Fact]
    public void Build_Video_UnderBothNamesThatLoadVideoHad()
    {
        var built = Build(new() { [InputNames.InputVideo] = "in.mp4" });
        Assert.Equal("in.mp4", At(built, "8", "file")!.GetValue<string>());
        Assert.Equal("in.mp4", At(built, "8", "video")!.GetValue<string>());
    }

    [Fact]
    public void Build_TellsClassesModelsAndWhatItDidNotUse()
    {
        var built = Build(new() { [InputNames.Scale] = 2 });
        Assert.Contains("KSampler", built.NodeClasses);
        Assert.Equal(new ModelFile("UNETLoader", "unet_name", "wan\\model.safetensors"), Assert.Single(built.Models));
        Assert.Contains("scale", Assert.Single(built.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../evil")]
    [InlineData("/etc/x")]
    [InlineData("C:\\x")]
    [InlineData("a/%date:yyyy%/..")]
    [InlineData("")]
    public void Build_AnyPrefix_StaysInTheOutputFolder(string prefix)
    {
        var written = At(Build([], prefix: prefix), "9", "filename_prefix")!.GetValue<string>();
        Assert.Matches("^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$", written);
        Assert.Equal("jobs/1/shot-2", At(Build([], prefix: "jobs/1/shot-2"), "9", "filename_prefix")!.GetValue<string>());
    }

    [Theory]
    [InlineData("../secret.png")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b.png")]
    public void Build_FileOutsideItsFolder_Refused(string file) =>
        Assert.Contains("leaves its folder", Assert.Throws<WorkflowException>(() => Build(new() { [InputNames.StartImage] = file, [InputNames.EndImage] = "b.png" })).Message, StringComparison.Ordinal);

    [Fact]
    public void Build_SeveralFaults_AllTold()
    {
        var failure = Assert.Throws<WorkflowException>(() => Build(new() { [InputNames.Steps] = "many", ["77:x"] = 1, [InputNames.Seed] = -1 }));
        Assert.Equal(3, failure.Faults.Length);
    }

    [Fact]
    public void Build_AnyText_ArrivesUnchanged() => Gen.String.Sample(text =>
        Assert.Equal(text, At(Build(new() { [InputNames.Prompt] = text }), "1:2", "text")!.GetValue<string>()));

    private static BuiltPrompt Build(Dictionary<string, JsonNode> values, long? seed = null, string prefix = "jobs/1") => PromptBuilder.Build(Profile, values, seed, prefix);

    private static JsonNode? At(BuiltPrompt built, string node, string input) => built.Graph[node]!["inputs"]![input];
}
