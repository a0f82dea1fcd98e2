using Continuity.Tasks;

using Orleans.Concurrency;

namespace Continuity.Pipelines;

/// <summary>What a task's grain reports to the pipeline that owns it. Reports that carry an older attempt are refused.</summary>
[Alias("continuity.IPipelineTasks")]
public interface IPipelineTasks : IGrainWithStringKey
{
    /// <summary>Records an attempt durably. Nothing may be sent to a GPU before this answers <see langword="true"/>.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="attempt">The attempt: its number is the one assigned.</param>
    /// <returns><see langword="false"/> when the attempt is not wanted (any more): release the slot and end.</returns>
    [Alias("begin")]
    Task<bool> BeginAttemptAsync(string taskId, AttemptRecord attempt);

    /// <summary>Asks whether an attempt is still the recorded one, also by the store itself: this activation may be one that was left behind.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="attempt">The attempt as it was recorded.</param>
    /// <returns><see langword="false"/> when it is not: nothing may be sent for it any more.</returns>
    [Alias("isCurrent")]
    Task<bool> IsCurrentAsync(string taskId, AttemptRecord attempt);

    /// <summary>Records the result of an attempt, once.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="attempt">The attempt's number.</param>
    /// <param name="result">What it made; its artifacts are stored already.</param>
    /// <param name="gpu">Where the GPU's time went; <see langword="null"/> for work on the CPU, and when nothing was sent to a GPU.</param>
    /// <returns><see langword="false"/> when another attempt is the current one.</returns>
    [Alias("complete")]
    Task<bool> CompleteAttemptAsync(string taskId, int attempt, TaskResult result, GpuTime? gpu = null);

    /// <summary>Records that an attempt failed; the pipeline decides what is tried next.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="attempt">The attempt's number.</param>
    /// <param name="fault">What happened.</param>
    /// <param name="gpu">Where the GPU's time went; <see langword="null"/> for work on the CPU, and when nothing was sent to a GPU.</param>
    /// <returns><see langword="false"/> when another attempt is the current one.</returns>
    [Alias("fail")]
    Task<bool> FailAttemptAsync(string taskId, int attempt, TaskFault fault, GpuTime? gpu = null);

    /// <summary>Records that an attempt ended because it was cancelled: nothing of it is left in ComfyUI.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="attempt">The attempt's number.</param>
    /// <param name="gpu">Where the GPU's time went; <see langword="null"/> for work on the CPU, and when nothing was sent to a GPU.</param>
    /// <returns><see langword="false"/> when another attempt is the current one.</returns>
    [Alias("cancelled")]
    Task<bool> AttemptCancelledAsync(string taskId, int attempt, GpuTime? gpu = null);

    /// <summary>
    /// Asks whether the pipeline still wants a prompt that stands in a ComfyUI. Nothing is sent before it is recorded, so a prompt that no record names is not
    /// wanted; and what was not wanted once never is again.
    /// </summary>
    /// <param name="taskId">The task that the prompt is tagged with.</param>
    /// <param name="promptId">The prompt. Ask only after it was seen in the ComfyUI.</param>
    /// <returns>Whether it is wanted, and by whom. No answer means that it may be.</returns>
    [Alias("claim"), AlwaysInterleave]
    Task<PromptClaim> GetClaimAsync(string taskId, string promptId);

    /// <summary>Tells what an attempt does now. Lost reports do no harm.</summary>
    /// <param name="progress">What it does.</param>
    /// <returns>When taken.</returns>
    [Alias("progress"), AlwaysInterleave, OneWay]
    Task ReportProgressAsync(TaskProgress progress);
}

/// <summary>Whether a prompt is wanted.</summary>
/// <param name="IsWanted">An attempt follows it, or may take it up again.</param>
/// <param name="NextAttempt">The number of the attempt that would take it up again; <see langword="null"/> when one follows it, or none wants it.</param>
[GenerateSerializer, Immutable, Alias("continuity.prompt-claim")]
public sealed record PromptClaim([property: Id(0)] bool IsWanted, [property: Id(1)] int? NextAttempt = null);
