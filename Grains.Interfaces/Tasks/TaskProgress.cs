using System.Text.Json.Serialization;

using Continuity.Gpu;

namespace Continuity.Tasks;

/// <summary>What a task does at this moment. For people: never stored, and nothing depends on it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Attempt">The attempt it belongs to.</param>
/// <param name="Phase">What it does.</param>
/// <param name="Percent">How much of the attempt's work is done, 0 to 100; <see langword="null"/> when nothing is known.</param>
/// <param name="GpuId">The GPU it is on, where it is on one.</param>
/// <param name="Detail">The node that executes, or the reason of a wait, in words.</param>
/// <param name="ExpectedStart">When a task that waits for a GPU is likely to start, where that is known.</param>
[GenerateSerializer, Immutable, Alias("continuity.progress")]
public sealed record TaskProgress(
    [property: Id(0)] string TaskId,
    [property: Id(1)] int Attempt,
    [property: Id(2)] TaskPhase Phase,
    [property: Id(3)] double? Percent = null,
    [property: Id(4)] GpuId? GpuId = null,
    [property: Id(5)] string? Detail = null,
    [property: Id(6)] DateTimeOffset? ExpectedStart = null);

/// <summary>What an attempt is doing.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskPhase>))]
public enum TaskPhase
{
    /// <summary>Gets its inputs ready, such as a last frame.</summary>
    [JsonStringEnumMemberName("preparing")] Preparing,

    /// <summary>Waits for a slot.</summary>
    [JsonStringEnumMemberName("waiting")] Waiting,

    /// <summary>Sends its inputs to ComfyUI.</summary>
    [JsonStringEnumMemberName("uploading")] Uploading,

    /// <summary>Stands in ComfyUI's own queue, behind the prompt that runs.</summary>
    [JsonStringEnumMemberName("staged")] Staged,

    /// <summary>Runs.</summary>
    [JsonStringEnumMemberName("executing")] Executing,

    /// <summary>Fetches its outputs.</summary>
    [JsonStringEnumMemberName("collecting")] Collecting,
}
