using System.Collections.Immutable;

using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Outputs;

/// <summary>Gives every output of a pipeline a readable place in a folder.</summary>
public static class OutputLayout
{
    /// <summary>Plans the folder.</summary>
    /// <param name="pipeline">The pipeline; only completed tasks have outputs.</param>
    /// <returns>Every output with its path, in the order of the tasks. No two paths are the same, not even on a file system that ignores letter case.</returns>
    public static ImmutableArray<PlannedOutput> Plan(PipelineSnapshot pipeline) => throw new NotSupportedException();
}

/// <summary>An output with its place in the folder.</summary>
/// <param name="TaskId">The task that made it.</param>
/// <param name="Output">The output.</param>
/// <param name="Path">Relative path with forward slashes, such as <c>shots/01-signal/02-the-dial/clip.mp4</c>; safe on every file system.</param>
public sealed record PlannedOutput(string TaskId, TaskOutput Output, string Path);
