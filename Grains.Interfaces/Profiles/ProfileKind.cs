using System.Text.Json.Serialization;

namespace Continuity.Profiles;

/// <summary>What a workflow profile makes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProfileKind>))]
public enum ProfileKind
{
    /// <summary>Anything else: whatever files the workflow saves.</summary>
    [JsonStringEnumMemberName("generic")] Generic,

    /// <summary>One picture from text.</summary>
    [JsonStringEnumMemberName("keyframe")] Keyframe,

    /// <summary>A clip from text and a start picture, and an end picture where the workflow takes one.</summary>
    [JsonStringEnumMemberName("video")] Video,

    /// <summary>A clip with larger frames from a clip.</summary>
    [JsonStringEnumMemberName("upscale")] Upscale,

    /// <summary>A clip with more frames a second from a clip.</summary>
    [JsonStringEnumMemberName("interpolate")] Interpolate,
}
