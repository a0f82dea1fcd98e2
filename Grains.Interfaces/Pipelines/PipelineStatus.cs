using System.Text.Json.Serialization;

namespace Continuity.Pipelines;

/// <summary>Where a pipeline stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PipelineStatus>))]
public enum PipelineStatus
{
    /// <summary>Tasks are started as they become ready.</summary>
    [JsonStringEnumMemberName("active")] Active,

    /// <summary>Running tasks go on to their end; nothing new is started.</summary>
    [JsonStringEnumMemberName("paused")] Paused,

    /// <summary>Cancelled by a person; the prompts that still run are being taken back.</summary>
    [JsonStringEnumMemberName("cancelling")] Cancelling,

    /// <summary>Every task is completed.</summary>
    [JsonStringEnumMemberName("completed")] Completed,

    /// <summary>At an end, with at least one failed task.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>At an end, cancelled.</summary>
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}

/// <summary>Questions about <see cref="PipelineStatus"/>.</summary>
public static class PipelineStatusExtensions
{
    /// <summary>Whether the pipeline is at an end: nothing runs and nothing will without a command.</summary>
    /// <param name="status">The status.</param>
    /// <returns><see langword="true"/> for completed, failed and cancelled.</returns>
    public static bool IsFinal(this PipelineStatus status) =>
        status is PipelineStatus.Completed or PipelineStatus.Failed or PipelineStatus.Cancelled;
}
