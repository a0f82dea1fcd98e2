using System.Text.Json.Serialization;

namespace Continuity.Grains.Media;

/// <summary>The parts of ffprobe's JSON that we read, under ffprobe's names.</summary>
internal sealed record ProbeReport(
    [property: JsonPropertyName("streams")] IReadOnlyList<ProbeStream>? Streams,
    [property: JsonPropertyName("format")] ProbeFormat? Format);

/// <summary>The file.</summary>
internal sealed record ProbeFormat
{
    [JsonPropertyName("format_name")] public string? Name { get; init; }

    [JsonPropertyName("start_time")] public string? StartTime { get; init; }

    [JsonPropertyName("duration")] public string? Duration { get; init; }
}

/// <summary>One stream of the file.</summary>
internal sealed record ProbeStream
{
    [JsonPropertyName("index")] public int Index { get; init; }

    [JsonPropertyName("codec_type")] public string? CodecType { get; init; }

    [JsonPropertyName("codec_name")] public string? CodecName { get; init; }

    [JsonPropertyName("profile")] public string? Profile { get; init; }

    [JsonPropertyName("width")] public int Width { get; init; }

    [JsonPropertyName("height")] public int Height { get; init; }

    [JsonPropertyName("has_b_frames")] public int ReorderedFrames { get; init; }

    [JsonPropertyName("sample_aspect_ratio")] public string? PixelAspect { get; init; }

    [JsonPropertyName("pix_fmt")] public string? PixelFormat { get; init; }

    [JsonPropertyName("color_space")] public string? Matrix { get; init; }

    [JsonPropertyName("color_primaries")] public string? Primaries { get; init; }

    [JsonPropertyName("color_transfer")] public string? Transfer { get; init; }

    [JsonPropertyName("r_frame_rate")] public string? BaseRate { get; init; }

    [JsonPropertyName("avg_frame_rate")] public string? AverageRate { get; init; }

    [JsonPropertyName("time_base")] public string? TimeBase { get; init; }

    [JsonPropertyName("start_time")] public string? StartTime { get; init; }

    [JsonPropertyName("duration")] public string? Duration { get; init; }

    [JsonPropertyName("nb_read_packets")] public string? Packets { get; init; }

    [JsonPropertyName("extradata_hash")] public string? HeaderHash { get; init; }

    [JsonPropertyName("disposition")] public IReadOnlyDictionary<string, int>? Disposition { get; init; }

    [JsonPropertyName("side_data_list")] public IReadOnlyList<ProbeSideData>? SideData { get; init; }

    /// <summary>Whether this is the film of the file, not its cover picture.</summary>
    public bool IsVideo => CodecType == "video" && Disposition?.GetValueOrDefault("attached_pic") != 1;
}

/// <summary>Data beside a stream, such as its rotation.</summary>
internal sealed record ProbeSideData([property: JsonPropertyName("rotation")] double? Rotation);
