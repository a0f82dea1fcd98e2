using System.Collections.Immutable;

using Continuity.Engine.Dags;
using Continuity.Engine.Projects;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Engine.Exports;

/// <summary>Plans a project as a DAG: keyframes, clips, upscaling, interpolation, scenes and film.</summary>
public static class ExportFactory
{
    /// <summary>Plans an export.</summary>
    /// <param name="project">The project.</param>
    /// <param name="options">What to make.</param>
    /// <param name="profiles">Every profile there is, by id: the shipped ones and the project's own.</param>
    /// <returns>The pipeline with the profiles it uses, or every fault at once.</returns>
    public static ExportResult Create(Project project, ExportOptions options, IReadOnlyDictionary<string, WorkflowProfile> profiles)
    {
        ArgumentNullException.ThrowIfNull(project);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(profiles);
        var faults = new List<DefinitionFault>();
        var warnings = new List<string>();
        CheckOptions(project, options, faults);
        var scenes = Scenes(project, options, faults, warnings);
        if (scenes.Count == 0 && faults.Count == 0)
        {
            faults.Add(new("$.scenes", "there is no shot to make; break at least one scene down into shots"));
        }

        var chooser = new ProfileChooser(project.Settings, options, profiles, faults, warnings);
        var tasks = Tasks(project, options, scenes, chooser, faults, warnings);
        var definition = new PipelineDefinition
        {
            Id = options.PipelineId ?? PipelineId.New(),
            Name = Name(options, scenes),
            Tasks = tasks,
            Profiles = chooser.Used,
            Priority = options.Priority,
            Scenes = [.. scenes.Select(entry => new SceneInfo(entry.Scene.Id, entry.Scene.Title, [.. entry.Scene.Timeline!.Shots.Select(shot => shot.Id)]))],
            Warnings = [.. warnings],
        };
        if (faults.Count == 0)
        {
            faults.AddRange(DagValidator.Validate(definition));
        }

        return faults.Count == 0 ? new ExportResult.Created(definition) : new ExportResult.Faulty([.. faults]);
    }

    // The step of the core latent nodes, and the largest size they take.
    private static bool IsSize(int pixels) => pixels is >= 16 and <= 16_384 && pixels % 16 == 0;

    private static void CheckOptions(Project project, ExportOptions options, List<DefinitionFault> faults)
    {
        if (!options.Keyframes && !options.Videos)
        {
            faults.Add(new("options.videos", "neither keyframes nor videos are asked for; there is nothing to make"));
        }

        if (options.Upscale && !options.Videos)
        {
            faults.Add(new("options.upscale", "upscale needs videos"));
        }

        if (options.Interpolate && !options.Videos)
        {
            faults.Add(new("options.interpolate", "interpolate needs videos"));
        }

        if (options.Size is { } size && !(IsSize(size.Width) && IsSize(size.Height)))
        {
            faults.Add(new("options.size", $"is {size.Width}x{size.Height}; width and height must be multiples of 16 from 16 to 16384"));
        }

        if (options.Retries < 0)
        {
            faults.Add(new("options.retries", $"is {options.Retries}; it must be 0 or more"));
        }

        var known = project.Scenes.Select(scene => scene.Id).ToArray();
        foreach (var id in options.SceneIds.Where(id => !known.Contains(id, StringComparer.Ordinal)))
        {
            faults.Add(new("options.sceneIds", $"there is no scene '{id}'{Hints.Known(id, known)}"));
        }
    }

    private static List<(Scene Scene, string Path)> Scenes(Project project, ExportOptions options, List<DefinitionFault> faults, List<string> warnings)
    {
        var scenes = new List<(Scene Scene, string Path)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < project.Scenes.Length; index++)
        {
            var scene = project.Scenes[index];
            var path = $"$.scenes[{index}]";
            if (!seen.Add(scene.Id))
            {
                faults.Add(new($"{path}.id", $"'{scene.Id}' is the id of another scene already"));
            }
            else if (options.SceneIds.Length > 0 && !options.SceneIds.Contains(scene.Id, StringComparer.Ordinal))
            {
                continue;
            }
            else if (scene.Timeline is null || scene.Timeline.Shots.Length == 0)
            {
                warnings.Add($"{path}: the scene '{(scene.Title.Length > 0 ? scene.Title : scene.Id)}' has no shots and is left out.");
            }
            else
            {
                faults.AddRange(RepeatedShots(scene, path));
                scenes.Add((scene, path));
            }
        }

        return scenes;
    }

    private static IEnumerable<DefinitionFault> RepeatedShots(Scene scene, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return scene.Timeline!.Shots
            .Select((shot, index) => (shot.Id, index))
            .Where(shot => !seen.Add(shot.Id))
            .Select(shot => new DefinitionFault($"{path}.timeline.shots[{shot.index}].id", $"'{shot.Id}' is the id of another shot of the scene already"));
    }

    private static ImmutableArray<TaskDefinition> Tasks(
        Project project,
        ExportOptions options,
        List<(Scene Scene, string Path)> scenes,
        ProfileChooser chooser,
        List<DefinitionFault> faults,
        List<string> warnings)
    {
        var tasks = ImmutableArray.CreateBuilder<TaskDefinition>();
        var names = new TaskNames();
        var film = new FilmPlanner(options, names);
        var joins = options.Film && options.Videos && scenes.Count > 0;
        foreach (var (scene, path) in scenes)
        {
            var (shots, clips) = new ScenePlanner(project, scene, path, options, chooser, names, faults, warnings).Plan();
            tasks.AddRange(shots);
            if (joins)
            {
                tasks.Add(film.Scene(scene, clips));
            }
        }

        if (joins)
        {
            tasks.Add(film.Film());
        }

        return tasks.ToImmutable();
    }

    private static string Name(ExportOptions options, List<(Scene Scene, string Path)> scenes) => (options.SceneIds.Length, scenes) switch
    {
        ( > 0, [var (scene, _)]) => $"Generate Scene: {(scene.Title.Length > 0 ? scene.Title : scene.Id)}",
        (_, { Count: 1 }) => "Export All (1 scene)",
        _ => $"Export All ({scenes.Count} scenes)",
    };
}
