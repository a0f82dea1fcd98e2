using System.Collections.Immutable;
using System.Text.Json;

using Continuity.Artifacts;
using Continuity.Engine.Projects;
using Continuity.Engine.Prompts;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Engine.Exports;

/// <summary>Plans the shots of one scene: keyframe, clip, upscaling, interpolation.</summary>
internal sealed class ScenePlanner(
    Project project,
    Scene scene,
    string path,
    ExportOptions options,
    ProfileChooser chooser,
    TaskNames names,
    List<DefinitionFault> faults,
    List<string> warnings)
{
    private readonly ImmutableArray<TaskDefinition>.Builder _tasks = ImmutableArray.CreateBuilder<TaskDefinition>();

    // What a person says for the whole export wins; then what the scene says; then the project's switch.
    private readonly bool _chain = options.Chain ?? scene.Chain ?? project.Settings.EnableFlf2v;

    /// <summary>The tasks, and for each shot the task that makes its best clip.</summary>
    public (ImmutableArray<TaskDefinition> Tasks, ImmutableArray<string> Clips) Plan()
    {
        var clips = ImmutableArray.CreateBuilder<string>();
        string? previousVideo = null;
        for (var index = 0; index < scene.Timeline!.Shots.Length; index++)
        {
            var name = names.Shot(scene.Id, scene.Timeline.Shots[index].Id);
            var prompt = Prompt(index);
            var keyframe = options.Keyframes ? Keyframe(index, name, prompt) : null;
            if (options.Videos)
            {
                previousVideo = Video(index, name, prompt, keyframe, previousVideo);
                clips.Add(Finish(index, name, previousVideo));
            }
        }

        return (_tasks.ToImmutable(), clips.ToImmutable());
    }

    private ShotPrompt Prompt(int index)
    {
        var prompt = PromptComposer.Compose(project, scene, index, options.PlainPrompts);
        if (string.IsNullOrWhiteSpace(prompt.Positive))
        {
            faults.Add(new($"{path}.timeline.shots[{index}]", "has neither a visualPrompt nor a description; write what is to be seen"));
        }

        return prompt;
    }

    private string Keyframe(int index, string name, ShotPrompt prompt)
    {
        var profile = chooser.Image();
        var id = $"keyframe-{name}";
        Add(index, id, TaskKind.GenerateKeyframe, "Keyframe", profile, [], Words(index, "keyframe", profile, prompt));
        return id;
    }

    private string Video(int index, string name, ShotPrompt prompt, string? keyframe, string? previousVideo)
    {
        var shot = scene.Timeline!.Shots[index];
        var chainedTo = _chain ? previousVideo : null;
        var start = Picture(keyframe, ShotPictures.Start(project, scene, shot));
        var end = Picture(null, ShotPictures.End(project, scene, index));
        if (chainedTo is not null)
        {
            // The shot's own picture pulls the chain back to what the director saw, or it would drift away with every shot.
            end ??= Picture(keyframe, ShotPictures.OwnStart(project, shot));
        }

        var profile = chooser.Video(chainedTo is not null, scene.KeyframeMode == KeyframeMode.Bookend, end is not null);
        var inputs = Words(index, "video", profile, prompt);
        if (profile?.Takes(InputNames.StartImage) ?? false)
        {
            start = Chained(chainedTo, start);
            if (start is null)
            {
                faults.Add(new(
                    $"{path}.timeline.shots[{index}]",
                    $"the shot '{Title(index)}' has no picture to start from, and '{profile.Id}' needs one; "
                    + "make keyframes, give the shot or its scene a picture, or chain it"));
            }
            else
            {
                inputs[InputNames.StartImage] = start;
            }
        }

        if (profile?.Takes(InputNames.EndImage) ?? false)
        {
            SetEnd(profile, index, start, end, inputs);
        }

        // The origin's rule: a clip follows its keyframe and, when chained, the clip before it, whatever its workflow takes.
        string[] dependencies = [.. new[] { keyframe, chainedTo }.OfType<string>()];
        Add(index, $"video-{name}", TaskKind.GenerateVideo, "Video", profile, dependencies, inputs);
        return $"video-{name}";
    }

    private void SetEnd(WorkflowProfile profile, int index, TaskInput? start, TaskInput? end, ImmutableDictionary<string, TaskInput>.Builder inputs)
    {
        if (end is null && start is not null)
        {
            warnings.Add($"{path}.timeline.shots[{index}]: '{profile.Id}' takes an end picture and the shot has none, so it ends where it starts.");
        }

        if ((end ?? start) is { } picture)
        {
            inputs[InputNames.EndImage] = picture;
        }
    }

    private string Finish(int index, string name, string video)
    {
        if (options.Upscale)
        {
            video = OnVideo(index, $"upscale-{name}", TaskKind.UpscaleVideo, "Upscale", chooser.Upscale(), video, InputNames.Scale);
        }

        return options.Interpolate
            ? OnVideo(index, $"interpolate-{name}", TaskKind.InterpolateVideo, "Interpolate", chooser.Interpolate(), video, InputNames.Multiplier)
            : video;
    }

    private string OnVideo(int index, string id, TaskKind kind, string label, WorkflowProfile? profile, string video, string factor)
    {
        var inputs = ImmutableDictionary.CreateBuilder<string, TaskInput>(StringComparer.Ordinal);
        inputs[InputNames.InputVideo] = new TaskInput.FromTask(video, TaskOutputKind.Video);
        var derives = factor == InputNames.Scale && profile is not null && profile.Takes(InputNames.Width) && profile.Takes(InputNames.Height);
        if (derives || (profile?.Takes(factor) ?? false))
        {
            inputs[factor] = new TaskInput.Literal("2");
        }

        SetSeed(index, label, profile, inputs);
        Add(index, id, kind, label, profile, [video], inputs);
        return id;
    }

    private ImmutableDictionary<string, TaskInput>.Builder Words(int index, string kind, WorkflowProfile? profile, ShotPrompt prompt)
    {
        var inputs = ImmutableDictionary.CreateBuilder<string, TaskInput>(StringComparer.Ordinal);
        if (profile is null)
        {
            return inputs;
        }

        if (profile.Takes(InputNames.Prompt))
        {
            inputs[InputNames.Prompt] = Literal(prompt.Positive);
        }

        if (profile.Takes(InputNames.NegativePrompt))
        {
            inputs[InputNames.NegativePrompt] = Literal(prompt.Negative);
        }

        if (options.Size is { } size && profile.Takes(InputNames.Width) && profile.Takes(InputNames.Height))
        {
            inputs[InputNames.Width] = new TaskInput.Literal(size.Width.ToString());
            inputs[InputNames.Height] = new TaskInput.Literal(size.Height.ToString());
        }

        SetSeed(index, kind, profile, inputs);
        return inputs;
    }

    private void SetSeed(int index, string kind, WorkflowProfile? profile, ImmutableDictionary<string, TaskInput>.Builder inputs)
    {
        if (profile?.Takes(InputNames.Seed) ?? false)
        {
            var seed = Seeds.Of(project, scene.Id, scene.Timeline!.Shots[index].Id, kind, options.SeedBase);
            inputs[InputNames.Seed] = new TaskInput.Literal(seed.ToString());
        }
    }

    private void Add(
        int index,
        string id,
        TaskKind kind,
        string label,
        WorkflowProfile? profile,
        IEnumerable<string> dependencies,
        ImmutableDictionary<string, TaskInput>.Builder inputs) => _tasks.Add(new TaskDefinition
        {
            Id = id,
            Kind = kind,
            Label = $"{label}: {(scene.Title.Length > 0 ? scene.Title : scene.Id)} – {Title(index)}",
            Dependencies = [.. dependencies],
            MaxRetries = options.Retries,
            SceneId = scene.Id,
            ShotId = scene.Timeline!.Shots[index].Id,
            ProfileId = profile?.Id,
            Inputs = inputs.ToImmutable(),
        });

    private string Title(int index) => scene.Timeline!.Shots[index] is var shot && shot.Title.Length > 0 ? shot.Title : shot.Id;

    private static TaskInput? Chained(string? video, TaskInput? own) => (video, own) switch
    {
        (null, _) => own,
        (_, null) => new TaskInput.FromTask(video, TaskOutputKind.LastFrame),
        _ => new TaskInput.FirstOf([new TaskInput.FromTask(video, TaskOutputKind.LastFrame), own]),
    };

    private static TaskInput? Picture(string? keyframe, ArtifactRef? stored) => (keyframe, stored) switch
    {
        (not null, _) => new TaskInput.FromTask(keyframe, TaskOutputKind.Image),
        (_, not null) => new TaskInput.Stored(stored),
        _ => null,
    };

    private static TaskInput.Literal Literal(string text) => new(JsonSerializer.Serialize(text));
}
