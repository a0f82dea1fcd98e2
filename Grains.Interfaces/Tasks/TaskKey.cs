using Continuity.Pipelines;

namespace Continuity.Tasks;

/// <summary>Identifies a task in the whole system; its text form <c>pipeline/task</c> is the key of the task's grain.</summary>
/// <param name="Pipeline">The pipeline that owns the task.</param>
/// <param name="TaskId">The id of the task, unique inside its pipeline. May contain any character.</param>
[GenerateSerializer, Immutable, Alias("continuity.task-key")]
public readonly record struct TaskKey([property: Id(0)] PipelineId Pipeline, [property: Id(1)] string TaskId)
{
    /// <summary>Reads the text form back.</summary>
    /// <param name="key">A text made by <see cref="ToString"/>.</param>
    /// <returns>The key.</returns>
    /// <exception cref="FormatException">The text holds no slash.</exception>
    public static TaskKey Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            ? new TaskKey(new PipelineId(key[..slash]), key[(slash + 1)..])
            : throw new FormatException($"'{key}' is not a task key; expected 'pipeline/task'.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Pipeline.Value}/{TaskId}";
}
