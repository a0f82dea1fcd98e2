using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>Which files a prompt must have made, and which of them come first.</summary>
internal static class OutputRules
{
    /// <summary>Says what is missing among the files of a prompt that reported success; null when nothing is.</summary>
    public static string? Missing(TaskDefinition task, ImmutableArray<OutputFile> files)
    {
        var kept = Kept(files);
        return task.Kind switch
        {
            TaskKind.GenerateKeyframe when !kept.Any(file => file.IsImage) => "a picture",
            TaskKind.GenerateVideo or TaskKind.UpscaleVideo or TaskKind.InterpolateVideo when !kept.Any(file => file.IsVideo) => "a video",
            TaskKind.Generic when kept.Length == 0 => "any file",
            _ => null,
        };
    }

    /// <summary>The fault of a prompt that reported success without what the task is for.</summary>
    public static TaskFault Fault(string missing, ImmutableArray<OutputFile> files) => files.Any(file => file.IsMain)
        ? new TaskFault(
            FaultClass.Validation,
            $"The workflow saved {string.Join(", ", Kept(files).Select(file => file.FileName))}, but not {missing}, which this task is for. Let it end in SaveVideo, or SaveImage for a keyframe.")
        : new TaskFault(FaultClass.NoOutput, $"ComfyUI reported success, but the workflow saved no file that is {missing}. Does it end in a Save node that ran?");

    /// <summary>Puts what the task is for first; previews go only when there is nothing else.</summary>
    public static ImmutableArray<OutputFile> Order(TaskDefinition task, ImmutableArray<OutputFile> files)
    {
        return [.. Kept(files).OrderByDescending(file => task.Kind switch
        {
            TaskKind.GenerateKeyframe => file.IsImage,
            TaskKind.Generic => false,
            _ => file.IsVideo,
        })];
    }

    private static ImmutableArray<OutputFile> Kept(ImmutableArray<OutputFile> files) =>
        files.Any(file => file.IsMain) ? [.. files.Where(file => file.IsMain)] : files;
}
