using System.Globalization;
using System.Text.Json.Nodes;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Media;

/// <summary>What a video file holds: its frames, to be decoded when somebody asks for them, their rate, and its sound.</summary>
internal sealed record OpenedVideo(Picture Frames, double Fps, Sound? Sound);

/// <summary>The sound of a file, passed on as it is.</summary>
internal sealed record Sound(string File, string Codec);

/// <summary>Looks into video files with ffprobe.</summary>
internal static class VideoProbe
{
    private const double TinyRate = 8;

    public static async Task<OpenedVideo> OpenAsync(Ffmpeg ffmpeg, string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new PythonException("FileNotFoundError", $"[Errno 2] No such file or directory: '{path}'");
        }

        if (ffmpeg.IsTiny)
        {
            return new OpenedVideo(Pictures.Solid(16, 16, 2, 0), TinyRate, Sound: null);
        }

        string[] arguments =
        [
            "-v", "error", "-count_packets", "-show_entries", "stream=codec_type,codec_name,width,height,r_frame_rate,nb_read_packets", "-of", "json", path,
        ];
        await using var process = ffmpeg.StartProbe(arguments, cancellationToken);
        using var reader = new StreamReader(process.Output);
        var text = await reader.ReadToEndAsync(process.Stopped);
        return (await process.TryEndAsync() ? Read(ffmpeg, path, text) : null)
            ?? throw new PythonException("av.error.InvalidDataError", $"[Errno 1094995529] Invalid data found when processing input: '{path}'");
    }

    private static OpenedVideo? Read(Ffmpeg ffmpeg, string path, string json)
    {
        var streams = JsonNode.Parse(json)?["streams"]?.AsArray() ?? [];
        var video = streams.FirstOrDefault(s => (string?)s!["codec_type"] == "video");
        var sound = streams.FirstOrDefault(s => (string?)s!["codec_type"] == "audio");
        if (video is null || !int.TryParse((string?)video["nb_read_packets"], CultureInfo.InvariantCulture, out var count) || count < 1)
        {
            return null;
        }

        var rate = ((string)video["r_frame_rate"]!).Split('/');
        var fps = double.Parse(rate[0], CultureInfo.InvariantCulture) / (rate.Length > 1 ? double.Parse(rate[1], CultureInfo.InvariantCulture) : 1);
        return new OpenedVideo(
            new VideoPicture(ffmpeg, path, (int)video["width"]!, (int)video["height"]!, count),
            fps,
            sound is null ? null : new Sound(path, (string?)sound["codec_name"] ?? ""));
    }
}
