using Continuity.Gpu;

namespace Continuity.Tasks;

/// <summary>Why an attempt or a task failed, in words for a person.</summary>
/// <param name="Class">The sort of fault, which decides what is tried next.</param>
/// <param name="Message">What happened, where, and what to do about it.</param>
/// <param name="NodeId">The workflow's node at fault, where one is.</param>
/// <param name="GpuId">The GPU it happened on, where there is one.</param>
/// <param name="WhileExecuting">Whether the prompt was executing, so that the task itself may have brought the GPU down.</param>
[GenerateSerializer, Immutable, Alias("continuity.fault")]
public sealed record TaskFault(
    [property: Id(0)] FaultClass Class,
    [property: Id(1)] string Message,
    [property: Id(2)] string? NodeId = null,
    [property: Id(3)] GpuId? GpuId = null,
    [property: Id(4)] bool WhileExecuting = false);
