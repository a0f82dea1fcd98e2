using System.Collections.Immutable;

using Continuity.Artifacts;

namespace Continuity.Tasks;

/// <summary>What a completed task made.</summary>
[GenerateSerializer, Immutable, Alias("continuity.result")]
public sealed record TaskResult
{
    /// <summary>The files, the main one first.</summary>
    [Id(0)] public ImmutableArray<TaskOutput> Outputs { get; init; } = [];

    /// <summary>Facts about how they were made, such as <c>flf2vSource</c>, <c>flf2vFallback</c>, <c>finalFps</c> or <c>transitionsAsCuts</c>.</summary>
    [Id(1)] public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Finds an output of a sort.</summary>
    /// <param name="kind">The sort; <see cref="TaskOutputKind.LastFrame"/> finds the video it is taken from.</param>
    /// <param name="index">Which one of that sort, counted from 0.</param>
    /// <returns>The output, or <see langword="null"/> when there are fewer.</returns>
    public TaskOutput? Find(TaskOutputKind kind, int index = 0) => Outputs
        .Where(output => kind switch
        {
            TaskOutputKind.Image => output.Artifact.IsImage,
            TaskOutputKind.Video or TaskOutputKind.LastFrame => output.Artifact.IsVideo,
            _ => true,
        })
        .ElementAtOrDefault(index);
}

/// <summary>One file that a task made.</summary>
/// <param name="Artifact">The file in the artifact store.</param>
/// <param name="FileName">The name that ComfyUI or ffmpeg gave it.</param>
/// <param name="NodeId">The workflow's node that saved it, where there is one.</param>
[GenerateSerializer, Immutable, Alias("continuity.output")]
public sealed record TaskOutput([property: Id(0)] ArtifactRef Artifact, [property: Id(1)] string FileName, [property: Id(2)] string? NodeId = null);
