using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>Which files a prompt must have made, and which of them come first.</summary>
internal static class OutputRules
{
    /// <summary>Says what is missing among the files of a prompt that reported success; null when nothing is.</summary>
    public static string? Missing(TaskDefinition task, ImmutableArray<OutputFile> files) => task.Kind switch
    {
        TaskKind.GenerateKeyframe when !files.Any(file => file.IsImage) => "a picture",
        TaskKind.GenerateVideo or TaskKind.UpscaleVideo or TaskKind.InterpolateVideo when !files.Any(file => file.IsVideo) => "a video",
        TaskKind.Generic when files.IsEmpty => "any file",
        _ => null,
    };

    /// <summary>Puts what the task is for first; previews go only when there is nothing else.</summary>
    public static ImmutableArray<OutputFile> Order(TaskDefinition task, ImmutableArray<OutputFile> files)
    {
        var kept = files.Any(file => file.IsMain) ? files.Where(file => file.IsMain) : files;
        return [.. kept.OrderByDescending(file => task.Kind switch
        {
            TaskKind.GenerateKeyframe => file.IsImage,
            TaskKind.Generic => false,
            _ => file.IsVideo,
        })];
    }
}
