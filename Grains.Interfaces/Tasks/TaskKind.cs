using System.Text.Json.Serialization;

namespace Continuity.Tasks;

/// <summary>What a task does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskKind>))]
public enum TaskKind
{
    /// <summary>Any ComfyUI workflow.</summary>
    [JsonStringEnumMemberName("generic")] Generic,

    /// <summary>Makes a shot's picture.</summary>
    [JsonStringEnumMemberName("generate_keyframe")] GenerateKeyframe,

    /// <summary>Makes a shot's clip.</summary>
    [JsonStringEnumMemberName("generate_video")] GenerateVideo,

    /// <summary>Makes a clip's frames larger.</summary>
    [JsonStringEnumMemberName("upscale_video")] UpscaleVideo,

    /// <summary>Gives a clip more frames a second.</summary>
    [JsonStringEnumMemberName("interpolate_video")] InterpolateVideo,

    /// <summary>Joins clips to a film. Runs on the CPU.</summary>
    [JsonStringEnumMemberName("export_timeline")] ExportTimeline,
}
