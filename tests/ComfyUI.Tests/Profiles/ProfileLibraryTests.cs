using System.Collections.Immutable;

using Continuity.ComfyUI.Profiles;
using Continuity.ComfyUI.Workflows;
using Continuity.Profiles;

namespace Continuity.ComfyUI.Tests.Profiles;

public sealed class ProfileLibraryTests : IDisposable
{
    private const string Workflow = """{"6": {"class_type": "CLIPTextEncode", "inputs": {"text": "x"}}, "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0]}}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("continuity-profiles-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Load_LaterFolder_Overrides()
    {
        Write("one/a", """{"id": "a", "label": "first", "kind": "keyframe", "inputs": {"prompt": ["6:text"]}, "defaults": {"prompt": "p"}}""");
        Write("one/b", "{}");
        Write("two/a", """{"id": "a", "label": "second"}""");
        var library = ProfileLibrary.Load([Path.Combine(_folder.FullName, "one"), Path.Combine(_folder.FullName, "two"), Path.Combine(_folder.FullName, "none")]);
        Assert.Equal(["a", "b"], library.All.Select(profile => profile.Id));
        Assert.Equal("second", library.Find("a")!.Label);
        Assert.Null(library.Find("c"));
    }

    [Fact]
    public void LoadOne_AllMembers_Read()
    {
        Write("a", """{"id": "a", "kind": "keyframe", "inputs": {"prompt": ["6:text"]}, "defaults": {"prompt": "p"}}""");
        var profile = ProfileLibrary.LoadOne(Path.Combine(_folder.FullName, "a"));
        Assert.Equal((ProfileKind.Keyframe, "\"p\""), (profile.Kind, profile.Defaults["prompt"]));
        Assert.Equal("6:text", Assert.Single(profile.Inputs["prompt"]));
    }

    [Fact]
    public void Load_ManyFaults_AllToldWithFileAndPlace()
    {
        Write("all/a", """{"id": "a b", "kind": "film", "inputs": {"prompt": ["6:txt", "99:text", "none", 5]}, "defaults": {"steps": 3, "x": null}, "extra": 1, "minVramGb": "12"}""");
        Write("all/b", "{ not json");
        var faults = Assert.Throws<WorkflowException>(() => ProfileLibrary.Load([Path.Combine(_folder.FullName, "all")])).Faults;
        foreach (var part in (string[])["$.id", "$.kind", "$.inputs.prompt[0]", "$.inputs.prompt[1]", "$.inputs.prompt[2]", "$.inputs.prompt[3]", "$.defaults.steps", "$.defaults.x", "$.extra", "$.minVramGb"])
        {
            Assert.Contains(faults, fault => fault.StartsWith(Path.Combine(_folder.FullName, "all", "a", "profile.json") + ": " + part, StringComparison.Ordinal));
        }

        Assert.Contains(faults, fault => fault.Contains(Path.Combine("b", "profile.json"), StringComparison.Ordinal));
    }

    [Fact]
    public void Write_ThenLoad_SameProfile()
    {
        Write("a", """{"id": "a", "label": "ä", "kind": "video", "inputs": {"prompt": ["6:text"]}, "defaults": {"prompt": "p"}, "minVramGb": 11.5}""");
        var profile = ProfileLibrary.LoadOne(Path.Combine(_folder.FullName, "a"));
        ProfileImporter.Write(profile, Path.Combine(_folder.FullName, "copy"));
        var copy = ProfileLibrary.LoadOne(Path.Combine(_folder.FullName, "copy", "a"));
        Assert.Equal((profile.Label, profile.Kind, profile.WorkflowJson), (copy.Label, copy.Kind, copy.WorkflowJson));
        Assert.Equal((11_500_000_000, 11_500_000_000), (profile.MinVram, copy.MinVram));
        Assert.Equal(profile.Inputs["prompt"].ToArray(), copy.Inputs["prompt"].ToArray());
        Assert.Throws<ArgumentException>(() => ProfileImporter.Write(profile with { Id = "../evil" }, _folder.FullName));
    }

    [Fact]
    public void Import_WithoutMapping_Guessed()
    {
        var import = ProfileImporter.Import(new ImportedProfile("i", "I", """
            {"1": {"class_type": "CLIPTextEncode", "inputs": {"text": "n"}, "_meta": {"title": "Negative"}},
             "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "p"}},
             "3": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
             "4": {"class_type": "KSampler", "inputs": {"steps": 5}},
             "5": {"class_type": "SaveVideo", "inputs": {}}}
            """, ImmutableDictionary<string, string>.Empty));
        var profile = import.Profile!;
        Assert.Equal(ProfileKind.Video, profile.Kind);
        Assert.Equal("2:text", Assert.Single(profile.Inputs[InputNames.Prompt]));
        Assert.Equal("1:text", Assert.Single(profile.Inputs[InputNames.NegativePrompt]));
        Assert.Equal("3:image", Assert.Single(profile.Inputs[InputNames.StartImage]));
        Assert.Equal("4:steps", Assert.Single(profile.Inputs[InputNames.Steps]));
    }

    [Fact]
    public void ImportSettings_MappedKindsAndBrokenEntries_EachTold()
    {
        var imports = ProfileImporter.ImportSettings("""
            {"workflowProfiles": {
              "up": {"id": "up", "label": "Up", "category": "upscaler", "mapping": {"1:file": "inputVideo", "9:x": "none", "8:y": "end_image"},
                     "workflowJson": "{\"1\": {\"class_type\": \"LoadVideo\", \"inputs\": {\"file\": \"a.mp4\"}}, \"2\": {\"class_type\": \"ImageUpscaleWithModel\", \"inputs\": {}}}"},
              "bad": {"workflowJson": "{\"nodes\": []}"}}}
            """);
        Assert.Null(imports[0].Profile);
        Assert.Contains("bad", imports[0].Warnings[0], StringComparison.Ordinal);
        Assert.Equal(ProfileKind.Upscale, imports[1].Profile!.Kind);
        Assert.Equal("1:file", Assert.Single(imports[1].Profile!.Inputs[InputNames.InputVideo]));
        Assert.Contains("8:y", Assert.Single(imports[1].Warnings), StringComparison.Ordinal);
    }

    private void Write(string name, string profile)
    {
        var folder = _folder.CreateSubdirectory(name).FullName;
        File.WriteAllText(Path.Combine(folder, "profile.json"), profile);
        File.WriteAllText(Path.Combine(folder, "workflow.json"), Workflow);
    }
}
