using System.Collections.Frozen;
using System.Diagnostics;

using Continuity.Profiles;
using Continuity.Tasks;

namespace Continuity.Engine.Dags;

/// <summary>The names of task and profile kinds, and which go together.</summary>
internal static class TaskKinds
{
    public static readonly FrozenDictionary<string, TaskKind> ByName =
        Enum.GetValues<TaskKind>().ToFrozenDictionary(NameOf, StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, ProfileKind> ProfilesByName =
        Enum.GetValues<ProfileKind>().ToFrozenDictionary(NameOf, StringComparer.Ordinal);

    public static readonly FrozenDictionary<string, TaskOutputKind> OutputsByName = new Dictionary<string, TaskOutputKind>(StringComparer.Ordinal)
    {
        ["image"] = TaskOutputKind.Image,
        ["video"] = TaskOutputKind.Video,
        ["lastFrame"] = TaskOutputKind.LastFrame,
        ["file"] = TaskOutputKind.File,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string NameOf(TaskKind kind) => kind switch
    {
        TaskKind.Generic => "generic",
        TaskKind.GenerateKeyframe => "generate_keyframe",
        TaskKind.GenerateVideo => "generate_video",
        TaskKind.UpscaleVideo => "upscale_video",
        TaskKind.InterpolateVideo => "interpolate_video",
        TaskKind.ExportTimeline => "export_timeline",
        _ => throw new UnreachableException(),
    };

    public static string NameOf(ProfileKind kind) => kind switch
    {
        ProfileKind.Generic => "generic",
        ProfileKind.Keyframe => "keyframe",
        ProfileKind.Video => "video",
        ProfileKind.Upscale => "upscale",
        ProfileKind.Interpolate => "interpolate",
        _ => throw new UnreachableException(),
    };

    /// <summary>Whether a task of a kind may use a profile of a kind: generic goes with everything.</summary>
    public static bool Fits(TaskKind task, ProfileKind profile) => task == TaskKind.Generic || profile == ProfileKind.Generic || OfProfile(profile) == task;

    /// <summary>The kind of task that a profile is made for.</summary>
    public static TaskKind OfProfile(ProfileKind profile) => profile switch
    {
        ProfileKind.Generic => TaskKind.Generic,
        ProfileKind.Keyframe => TaskKind.GenerateKeyframe,
        ProfileKind.Video => TaskKind.GenerateVideo,
        ProfileKind.Upscale => TaskKind.UpscaleVideo,
        ProfileKind.Interpolate => TaskKind.InterpolateVideo,
        _ => throw new UnreachableException(),
    };

    /// <summary>What a task of a kind mainly makes.</summary>
    public static TaskOutputKind OutputOf(TaskKind kind) => kind switch
    {
        TaskKind.Generic => TaskOutputKind.File,
        TaskKind.GenerateKeyframe => TaskOutputKind.Image,
        _ => TaskOutputKind.Video,
    };
}
