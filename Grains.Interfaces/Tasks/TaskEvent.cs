namespace Continuity.Tasks;

/// <summary>One line of a task's or a pipeline's history. Only ever appended.</summary>
/// <param name="Version">The pipeline's version that it belongs to.</param>
/// <param name="At">When it happened.</param>
/// <param name="TaskId">The task; <see langword="null"/> for the pipeline itself.</param>
/// <param name="Name">What happened: <c>submitted, started, completed, retrying, lost, failed, skipped, cancelled, paused, resumed, priority, cancelling, ended</c>.</param>
/// <param name="Text">The same in words for a person, with the reason.</param>
[GenerateSerializer, Immutable, Alias("continuity.task-event")]
public sealed record TaskEvent(
    [property: Id(0)] long Version,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] string? TaskId,
    [property: Id(3)] string Name,
    [property: Id(4)] string Text);
