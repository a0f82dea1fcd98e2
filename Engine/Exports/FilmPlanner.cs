using System.Collections.Immutable;

using Continuity.Engine.Projects;
using Continuity.Tasks;
using Continuity.Timelines;

namespace Continuity.Engine.Exports;

/// <summary>Plans how clips are joined to scenes and scenes to the film.</summary>
internal sealed class FilmPlanner(ExportOptions options, TaskNames names)
{
    private readonly List<string> _scenes = [];

    public TaskDefinition Scene(Scene scene, ImmutableArray<string> clips)
    {
        var transitions = scene.Timeline!.Transitions;
        var id = names.Export(scene.Id);
        _scenes.Add(id);
        return Join(
            id,
            $"Scene: {(scene.Title.Length > 0 ? scene.Title : scene.Id)}",
            scene.Id,
            [.. clips.Select((clip, index) => new TimelineClip(clip, index < clips.Length - 1 ? transitions.ElementAtOrDefault(index) : null))]);
    }

    public TaskDefinition Film() => Join(TaskNames.Film, "Film", sceneId: null, [.. _scenes.Select(scene => new TimelineClip(scene))]);

    private TaskDefinition Join(string id, string label, string? sceneId, ImmutableArray<TimelineClip> clips) => new()
    {
        Id = id,
        Kind = TaskKind.ExportTimeline,
        Label = label,
        Dependencies = [.. clips.Select(clip => clip.TaskId)],
        MaxRetries = options.Retries,
        SceneId = sceneId,
        Timeline = new TimelineSpec(clips),
    };
}
