using System.Collections.Immutable;

using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Grains.Tests.Gpu;

public sealed class StagingTests
{
    private const string Held = "sd_xl_base_1.0.safetensors";
    private const string Other = "dreamshaper_8.safetensors";

    private static readonly WorkflowProfile Draw = new()
    {
        Id = "draw",
        WorkflowJson = """
            {
              "1": { "class_type": "CheckpointLoaderSimple", "inputs": { "ckpt_name": "" } },
              "2": { "class_type": "EmptyImage", "inputs": { "width": 32, "height": 24, "batch_size": 1, "color": 0 } },
              "3": { "class_type": "VAEEncode", "inputs": { "pixels": ["2", 0], "vae": ["1", 2] } },
              "4": { "class_type": "VAEDecode", "inputs": { "samples": ["3", 0], "vae": ["1", 2] } },
              "5": { "class_type": "SaveImage", "inputs": { "images": ["4", 0], "filename_prefix": "draw" } }
            }
            """,
        Inputs = Places(("model", "1:ckpt_name"), ("color", "2:color")),
    };

    private static readonly WorkflowProfile Redraw = Draw with
    {
        Id = "redraw",
        WorkflowJson = Draw.WorkflowJson.Replace(
            """ "EmptyImage", "inputs": { "width": 32, "height": 24, "batch_size": 1, "color": 0 } """,
            """ "LoadImage", "inputs": { "image": "picture.png" } """,
            StringComparison.Ordinal),
        Inputs = Places(("model", "1:ckpt_name"), ("startImage", "2:image")),
    };

    [Fact]
    public async Task APromptOfOtherModelsDoesNotOvertakeTheOneThatWasGivenItsSlotFirst()
    {
        await using var farm = await Farm.StartAsync();
        var gpu = farm.Gpus[0];
        var id = GpuId.FromAddress(gpu.BaseAddress);
        var drawn = await farm.RunAsync(Of(Task("first", Draw, Held, "color", new TaskInput.Literal("1"))));
        var picture = drawn.Tasks[0].Row.Result!.Outputs[0].Artifact;
        var definition = Of(
            Task("uploads", Redraw, Held, "startImage", new TaskInput.Stored(picture)),
            Task("loads", Draw, Other, "color", new TaskInput.Literal("2")));
        await farm.Pool.SetModeAsync(id, GpuMode.Paused);
        gpu.Faults.HttpDelays["/upload/image"] = TimeSpan.FromSeconds(0.5);
        await farm.SubmitAsync(definition);
        await farm.UntilAsync(definition, snapshot => snapshot.Tasks.All(task => task.WaitingFor?.Contains("paused", StringComparison.Ordinal) == true));

        await farm.Pool.SetModeAsync(id, GpuMode.Active);
        var end = await farm.EndOfAsync(definition);

        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal(end.Tasks.Select(task => task.Row.Attempt!.PromptId), gpu.Statistics.Submitted[^2..]);
    }

    private static PipelineDefinition Of(params ImmutableArray<TaskDefinition> tasks) => new() { Id = PipelineId.New(), Name = "Test", Tasks = tasks, Profiles = [Draw, Redraw] };

    private static TaskDefinition Task(string id, WorkflowProfile profile, string model, string input, TaskInput value) => new()
    {
        Id = id,
        Kind = TaskKind.Generic,
        Label = id,
        ProfileId = profile.Id,
        Inputs = ImmutableDictionary<string, TaskInput>.Empty.Add("model", new TaskInput.Literal($"\"{model}\"")).Add(input, value),
    };

    private static ImmutableDictionary<string, ImmutableArray<string>> Places(params (string Name, string Place)[] inputs) =>
        inputs.ToImmutableDictionary(input => input.Name, input => ImmutableArray.Create(input.Place), StringComparer.Ordinal);
}
