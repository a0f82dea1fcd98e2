using System.Collections.Immutable;

using Continuity.Artifacts;
using Continuity.Engine.Exports;
using Continuity.Engine.Projects;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Engine.Tests.Exports;

/// <summary>Small projects and profiles made by hand.</summary>
internal static class Given
{
    public static readonly IReadOnlyDictionary<string, WorkflowProfile> Profiles = new[]
    {
        Profile("flux-t2i", ProfileKind.Keyframe, "prompt", "negativePrompt", "seed"),
        Profile("wan-t2i", ProfileKind.Keyframe, "prompt", "negativePrompt", "seed"),
        Profile("wan-i2v", ProfileKind.Video, "prompt", "negativePrompt", "seed", "startImage"),
        Profile("wan-fun-inpaint", ProfileKind.Video, "prompt", "negativePrompt", "seed", "startImage", "endImage"),
        Profile("wan-flf2v", ProfileKind.Video, "prompt", "negativePrompt", "seed", "startImage", "endImage"),
        Profile("video-upscaler", ProfileKind.Upscale, "inputVideo", "scale"),
        Profile("rife-interpolation", ProfileKind.Interpolate, "inputVideo", "multiplier"),
    }.ToDictionary(profile => profile.Id, StringComparer.Ordinal);

    public static WorkflowProfile Profile(string id, ProfileKind kind, params string[] inputs) => new()
    {
        Id = id,
        Kind = kind,
        WorkflowJson = "{}",
        Inputs = inputs.ToImmutableDictionary(name => name, name => ImmutableArray.Create($"1:{name}"), StringComparer.Ordinal),
    };

    public static ArtifactRef Picture(char digit) => new(new string(digit, 64), 1, "image/png");

    public static Scene Scene(string id, params string[] shots) => new()
    {
        Id = id,
        Title = $"Title of {id}",
        Timeline = new ProjectTimeline { Shots = [.. shots.Select(shot => new Shot { Id = shot, Description = $"what {shot} shows" })], NegativePrompt = "text" },
    };

    public static Project Project(params Scene[] scenes) => new() { Scenes = [.. scenes], StoryBible = new StoryBible { Logline = "A keeper." } };

    public static PipelineDefinition Export(Project project, ExportOptions? options = null) => ExportFactory.Create(project, options ?? new ExportOptions(), Profiles) switch
    {
        ExportResult.Created created => created.Definition,
        ExportResult.Faulty faulty => throw new InvalidOperationException(string.Join('\n', faulty.Faults)),
        _ => throw new InvalidOperationException(),
    };

    public static ImmutableArray<DefinitionFault> ExportFaults(Project project, ExportOptions? options = null) =>
        Assert.IsType<ExportResult.Faulty>(ExportFactory.Create(project, options ?? new ExportOptions(), Profiles)).Faults;

    public static TaskDefinition Task(this PipelineDefinition pipeline, string id) => Assert.Single(pipeline.Tasks, task => task.Id == id);
}
