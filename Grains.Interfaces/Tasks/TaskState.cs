using System.Text.Json.Serialization;

namespace Continuity.Tasks;

/// <summary>Where a task stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskState>))]
public enum TaskState
{
    /// <summary>Not started: waits for other tasks, for a slot, or for its next try.</summary>
    [JsonStringEnumMemberName("pending")] Pending,

    /// <summary>An attempt is recorded and under way.</summary>
    [JsonStringEnumMemberName("running")] Running,

    /// <summary>Done; its result is recorded.</summary>
    [JsonStringEnumMemberName("completed")] Completed,

    /// <summary>Given up.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>Never started, because a task it depends on failed.</summary>
    [JsonStringEnumMemberName("skipped")] Skipped,

    /// <summary>Cancelled by a person.</summary>
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}
