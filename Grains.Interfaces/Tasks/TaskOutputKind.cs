using System.Text.Json.Serialization;

namespace Continuity.Tasks;

/// <summary>Which output of a task is meant.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskOutputKind>))]
public enum TaskOutputKind
{
    /// <summary>A picture.</summary>
    [JsonStringEnumMemberName("image")] Image,

    /// <summary>A video.</summary>
    [JsonStringEnumMemberName("video")] Video,

    /// <summary>The last frame of a video, as a picture.</summary>
    [JsonStringEnumMemberName("lastFrame")] LastFrame,

    /// <summary>A file of any sort.</summary>
    [JsonStringEnumMemberName("file")] File,
}
