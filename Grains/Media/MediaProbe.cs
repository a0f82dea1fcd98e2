using System.Text.Json;

namespace Continuity.Grains.Media;

/// <summary>Looks into video files.</summary>
internal sealed class MediaProbe(FfmpegRunner runner)
{
    /// <summary>Reads a video file's properties. Nothing is decoded.</summary>
    /// <param name="path">Path of the file; any characters.</param>
    /// <param name="cancellationToken">Kills the probe.</param>
    /// <returns>The properties.</returns>
    /// <exception cref="MediaException">The file is missing, damaged, or holds no video.</exception>
    public async Task<MediaInfo> ProbeAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new MediaException($"The clip '{path}' is not there.");
        }

        string[] arguments = ["-of", "json", "-show_format", "-show_streams", "-show_data_hash", "sha256", "-count_packets", "-i", FfmpegRunner.FileUrl(path)];
        try
        {
            var report = JsonSerializer.Deserialize<ProbeReport>(await runner.ProbeAsync(arguments, cancellationToken));
            return report is not null && ProbeReading.Read(report) is { } info
                ? info
                : throw new MediaException($"The file '{path}' holds no video.");
        }
        catch (MediaException exception) when (exception.GetType() == typeof(MediaException) && !exception.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new MediaException($"The file '{path}' could not be read as a video. {exception.Message}", exception);
        }
        catch (JsonException exception)
        {
            throw new MediaException($"ffprobe's answer about '{path}' could not be read: {exception.Message}", exception);
        }
    }
}
