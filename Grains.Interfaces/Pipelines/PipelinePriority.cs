using System.Text.Json.Serialization;

namespace Continuity.Pipelines;

/// <summary>Tier of a pipeline's tickets in the GPU queues.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PipelinePriority>))]
public enum PipelinePriority
{
    /// <summary>Goes when nothing else waits.</summary>
    [JsonStringEnumMemberName("low")] Low,

    /// <summary>The usual tier.</summary>
    [JsonStringEnumMemberName("normal")] Normal,

    /// <summary>Goes before the others.</summary>
    [JsonStringEnumMemberName("high")] High,
}
