using System.Collections.Immutable;
using System.Text.Json;

using Continuity.ComfyUI.Profiles;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;
using Continuity.Timelines;

namespace Continuity.Grains.Tests;

/// <summary>Pipelines to test with, made of the shipped profiles.</summary>
internal static class Pipes
{
    private static readonly ProfileLibrary Library = ProfileLibrary.Load([ProfileLibrary.ShippedDirectory]);

    public static WorkflowProfile Profile(string id) => Library.Find(id) ?? throw new InvalidOperationException($"No profile '{id}' in {ProfileLibrary.ShippedDirectory}.");

    public static PipelineDefinition Of(params ImmutableArray<TaskDefinition> tasks) => new()
    {
        Id = PipelineId.New(),
        Name = "Test",
        Tasks = tasks,
        Profiles = [.. tasks.Select(task => task.ProfileId).OfType<string>().Distinct(StringComparer.Ordinal).Select(Profile)],
    };

    public static TaskDefinition Keyframe(string id, string prompt = "a lamp room at dawn", int retries = 0, params ImmutableArray<string> after) => new()
    {
        Id = id,
        Kind = TaskKind.GenerateKeyframe,
        Label = $"Keyframe: {id}",
        ProfileId = "flux-t2i",
        MaxRetries = retries,
        Dependencies = after,
        Inputs = Inputs(("prompt", Text(prompt)), ("seed", new TaskInput.Literal("7")), ("width", new TaskInput.Literal("64")), ("height", new TaskInput.Literal("48"))),
    };

    public static TaskDefinition Video(string id, string keyframe, string? previous = null, string profile = "wan-i2v", int retries = 0)
    {
        var still = new TaskInput.FromTask(keyframe, TaskOutputKind.Image);
        TaskInput start = previous is null ? still : new TaskInput.FirstOf([new TaskInput.FromTask(previous, TaskOutputKind.LastFrame), still]);
        return new TaskDefinition
        {
            Id = id,
            Kind = TaskKind.GenerateVideo,
            Label = $"Video: {id}",
            ProfileId = profile,
            MaxRetries = retries,
            Dependencies = previous is null ? [keyframe] : [keyframe, previous],
            Inputs = Inputs(
                ("prompt", Text("waves")),
                ("seed", new TaskInput.Literal("8")),
                ("startImage", start),
                ("width", new TaskInput.Literal("64")),
                ("height", new TaskInput.Literal("48")),
                ("frames", new TaskInput.Literal("9"))),
        };
    }

    public static TaskDefinition Upscale(string id, string video) => new()
    {
        Id = id,
        Kind = TaskKind.UpscaleVideo,
        Label = $"Upscale: {id}",
        ProfileId = "video-upscaler",
        MaxRetries = 0,
        Dependencies = [video],
        Inputs = Inputs(("inputVideo", new TaskInput.FromTask(video, TaskOutputKind.Video)), ("scale", new TaskInput.Literal("2"))),
    };

    public static TaskDefinition Interpolate(string id, string video) => new()
    {
        Id = id,
        Kind = TaskKind.InterpolateVideo,
        Label = $"Interpolate: {id}",
        ProfileId = "rife-interpolation",
        MaxRetries = 0,
        Dependencies = [video],
        Inputs = Inputs(("inputVideo", new TaskInput.FromTask(video, TaskOutputKind.Video)), ("multiplier", new TaskInput.Literal("2"))),
    };

    public static TaskDefinition Film(string id, params ImmutableArray<TimelineClip> clips) => new()
    {
        Id = id,
        Kind = TaskKind.ExportTimeline,
        Label = "Film",
        MaxRetries = 0,
        Dependencies = [.. clips.Select(clip => clip.TaskId).Distinct(StringComparer.Ordinal)],
        Timeline = new TimelineSpec(clips),
    };

    public static TaskInput Text(string value) => new TaskInput.Literal(JsonSerializer.Serialize(value));

    private static ImmutableDictionary<string, TaskInput> Inputs(params (string Name, TaskInput Value)[] inputs) =>
        inputs.ToImmutableDictionary(input => input.Name, input => input.Value, StringComparer.Ordinal);
}
