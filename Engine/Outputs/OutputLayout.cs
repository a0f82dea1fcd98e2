using System.Collections.Immutable;
using System.Diagnostics;

using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Engine.Outputs;

/// <summary>
/// Gives every output of a pipeline a readable place in a folder: <c>film.mp4</c>, <c>scenes/01-signal.mp4</c>, <c>shots/01-signal/02-the-dial/clip.mp4</c>,
/// <c>tasks/portrait/1.png</c>.
/// </summary>
public static class OutputLayout
{
    /// <summary>Plans the folder.</summary>
    /// <param name="pipeline">The pipeline; only completed tasks have outputs.</param>
    /// <returns>Every output with its path, in the order of the tasks. No two paths are the same, not even on a file system that ignores letter case.</returns>
    public static ImmutableArray<PlannedOutput> Plan(PipelineSnapshot pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        var folders = new Folders(pipeline.Scenes);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var plan = ImmutableArray.CreateBuilder<PlannedOutput>();
        foreach (var task in pipeline.Tasks)
        {
            if (task.Row.Result is not { Outputs.IsDefaultOrEmpty: false } result)
            {
                continue;
            }

            var stem = folders.StemOf(task.Definition);
            for (var index = 0; index < result.Outputs.Length; index++)
            {
                var output = result.Outputs[index];
                var place = stem ?? folders.FolderOf(task.Definition.Id);
                plan.Add(new PlannedOutput(task.Definition.Id, output, Unique(taken, place, stem is null, index, FileNames.Extension(output))));
            }
        }

        return plan.ToImmutable();
    }

    /// <summary>In a folder of its own a file is called by its number; under a name only the second and later ones are numbered.</summary>
    private static string Unique(HashSet<string> taken, string stem, bool isFolder, int index, string extension)
    {
        for (var number = index + 1; ; number++)
        {
            var path = isFolder ? $"{stem}/{number}{extension}" : number == 1 ? $"{stem}{extension}" : $"{stem}-{number}{extension}";
            if (taken.Add(path))
            {
                return path;
            }
        }
    }

    private sealed class Folders
    {
        private readonly Dictionary<string, (SceneInfo Scene, string Name)> _scenes;
        private readonly Dictionary<string, string> _tasks = new(StringComparer.Ordinal);
        private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);

        public Folders(ImmutableArray<SceneInfo> scenes) => _scenes = (scenes.IsDefault ? [] : scenes)
            .Select((scene, index) => (scene, Name: FileNames.Numbered(index + 1, scenes.Length, scene.Title.Length > 0 ? scene.Title : scene.Id)))
            .DistinctBy(entry => entry.scene.Id, StringComparer.Ordinal)
            .ToDictionary(entry => entry.scene.Id, entry => (entry.scene, entry.Name), StringComparer.Ordinal);

        /// <summary>The path of a film's part without its extension; <see langword="null"/> for a task that is none.</summary>
        public string? StemOf(TaskDefinition task)
        {
            if (task.Kind == TaskKind.Generic || _scenes.Count == 0)
            {
                return null;
            }

            if (task.SceneId is null)
            {
                return task.Kind == TaskKind.ExportTimeline ? "film" : null;
            }

            if (!_scenes.TryGetValue(task.SceneId, out var entry))
            {
                return null;
            }

            if (task.Kind == TaskKind.ExportTimeline)
            {
                return $"scenes/{entry.Name}";
            }

            var shot = task.ShotId is null ? -1 : entry.Scene.ShotIds.IndexOf(task.ShotId);
            return shot < 0
                ? null
                : $"shots/{entry.Name}/{FileNames.Numbered(shot + 1, entry.Scene.ShotIds.Length, ShotTitle(task, entry.Scene))}/{NameOf(task.Kind)}";
        }

        /// <summary>The folder of a task that is no part of a film.</summary>
        public string FolderOf(string taskId)
        {
            if (!_tasks.TryGetValue(taskId, out var folder))
            {
                var slug = FileNames.Slug(taskId) is { Length: > 0 } name ? name : "task";
                folder = $"tasks/{slug}";
                for (var number = 2; !_taken.Add(folder); number++)
                {
                    folder = $"tasks/{slug}-{number}";
                }

                _tasks[taskId] = folder;
            }

            return folder;
        }

        /// <summary>Labels end with the shot's title, behind the scene's.</summary>
        private static string ShotTitle(TaskDefinition task, SceneInfo scene)
        {
            var before = $": {(scene.Title.Length > 0 ? scene.Title : scene.Id)} – ";
            var at = task.Label.IndexOf(before, StringComparison.Ordinal);
            return at < 0 ? task.ShotId! : task.Label[(at + before.Length)..];
        }

        private static string NameOf(TaskKind kind) => kind switch
        {
            TaskKind.GenerateKeyframe => "keyframe",
            TaskKind.GenerateVideo => "clip",
            TaskKind.UpscaleVideo => "upscale",
            TaskKind.InterpolateVideo => "interpolated",
            _ => throw new UnreachableException(),
        };
    }
}

/// <summary>An output with its place in the folder.</summary>
/// <param name="TaskId">The task that made it.</param>
/// <param name="Output">The output.</param>
/// <param name="Path">Relative path with forward slashes, such as <c>shots/01-signal/02-the-dial/clip.mp4</c>; safe on every file system.</param>
public sealed record PlannedOutput(string TaskId, TaskOutput Output, string Path);
