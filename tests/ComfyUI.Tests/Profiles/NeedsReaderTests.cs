using System.Collections.Immutable;
using System.Text.Json;

using Continuity.ComfyUI.Profiles;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.ComfyUI.Tests.Profiles;

public sealed class NeedsReaderTests
{
    private const string Workflow = """
        {"1": {"class_type": "UNETLoader", "inputs": {"unet_name": "a.safetensors", "weight_dtype": "default"}},
         "2": {"class_type": "LoraLoaderModelOnly", "inputs": {"model": ["1", 0], "lora_name": "l.safetensors", "strength_model": 1.0}},
         "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "x"}}}
        """;

    private static readonly WorkflowProfile Profile = new()
    {
        Id = "p",
        WorkflowJson = Workflow,
        Inputs = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add("model", ["1:unet_name"]).Add("prompt", ["3:filename_prefix"]),
        MinVram = 8,
    };

    [Fact]
    public void Read_TasksThatDifferInWordsOnly_AreOneGroup()
    {
        var groups = NeedsReader.Read(Pipeline(Task("a", ("prompt", "x")), Task("b", ("prompt", "y")), new TaskDefinition { Id = "film", Kind = TaskKind.ExportTimeline, Label = "" }));

        var group = Assert.Single(groups);
        Assert.Equal("a b", string.Join(' ', group.TaskIds));
        Assert.Equal("LoraLoaderModelOnly SaveImage UNETLoader", string.Join(' ', group.Needs.NodeClasses));
        Assert.Equal("a.safetensors l.safetensors", string.Join(' ', group.Needs.Models.Select(model => model.FileName)));
        Assert.Equal(8, group.Needs.MinVram);
    }

    [Fact]
    public void Read_ATaskThatNamesAnotherFile_NeedsThatInstead()
    {
        var groups = NeedsReader.Read(Pipeline(Task("a"), Task("b", ("model", "b.safetensors")), Task("c", ("2:lora_name", "c.safetensors"))));

        Assert.Equal(
            ["a.safetensors l.safetensors", "b.safetensors l.safetensors", "a.safetensors c.safetensors"],
            groups.Select(group => string.Join(' ', group.Needs.Models.Select(model => model.FileName))));
    }

    [Fact]
    public void Read_AProfilesDefaultThatNamesAnotherFile_Counts()
    {
        var profile = Profile with { Defaults = ImmutableDictionary<string, string>.Empty.Add("model", "\"d.safetensors\"") };

        var group = Assert.Single(NeedsReader.Read(Pipeline(Task("a")) with { Profiles = [profile] }));

        Assert.Equal("d.safetensors", group.Needs.Models[0].FileName);
    }

    [Fact]
    public void Read_ATaskThatCannotBeBuilt_IsLeftToOthers() =>
        Assert.Empty(NeedsReader.Read(Pipeline(Task("a", ("9:lora_name", "c.safetensors")))));

    [Fact]
    public void Read_AThousandTasks_BuildsOnePromptForEachSetOfModels()
    {
        var groups = NeedsReader.Read(Pipeline([.. Enumerable.Range(0, 1_000).Select(i => Task($"t{i}", ("prompt", $"p{i}"), ("model", $"{i % 3}.safetensors")))]));

        Assert.Equal([334, 333, 333], groups.Select(group => group.TaskIds.Length));
    }

    private static PipelineDefinition Pipeline(params ImmutableArray<TaskDefinition> tasks) =>
        new() { Id = PipelineId.New(), Name = "", Tasks = tasks, Profiles = [Profile] };

    private static TaskDefinition Task(string id, params (string Name, string Value)[] inputs) => new()
    {
        Id = id,
        Kind = TaskKind.Generic,
        Label = "",
        ProfileId = "p",
        Inputs = inputs.ToImmutableDictionary(input => input.Name, TaskInput (input) => new TaskInput.Literal(JsonSerializer.Serialize(input.Value))),
    };
}
