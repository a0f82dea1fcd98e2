using System.Globalization;
using Continuity.Grains.Artifacts;

namespace Continuity.Grains.Media;

/// <summary>Takes pictures out of clips.</summary>
internal sealed class FrameExtractor(FfmpegRunner runner, MediaProbe probe)
{
    // Long enough to hold a frame of any usual clip, short enough that few frames are compressed for nothing.
    private static readonly TimeSpan Tail = TimeSpan.FromSeconds(0.5);

    /// <summary>Makes a PNG of the very last frame of a clip, the one to continue the next clip from.</summary>
    /// <param name="path">Path of the clip; any characters.</param>
    /// <param name="cancellationToken">Kills the work.</param>
    /// <returns>The picture as a temporary file.</returns>
    /// <exception cref="MediaException">The clip is missing, damaged, or has no frame.</exception>
    public async Task<LocalFile> ExtractLastFrameAsync(string path, CancellationToken cancellationToken)
    {
        var info = await probe.ProbeAsync(path, cancellationToken);
        var picture = runner.CreateTemporaryPath(".png");
        try
        {
            // Seeking is relative to the video stream, not to the file's end: the sound may go on for longer. Whatever the seek finds, decoding goes on to the
            // end, so that the frame written last is the last one. A last frame that is shown for longer than the tail is not found by seeking.
            var end = info.Start + info.Duration;
            var found = end > Tail + Tail && await TryAsync(path, picture, end - Tail, cancellationToken);
            if (!found && !await TryAsync(path, picture, null, cancellationToken))
            {
                throw new MediaException($"No frame of '{path}' could be decoded.");
            }

            return LocalFile.Temporary(picture);
        }
        catch (Exception exception)
        {
            File.Delete(picture);
            if (exception is MediaException media && media.GetType() == typeof(MediaException))
            {
                throw new MediaException($"The last frame of '{path}' could not be taken. {media.Message}", media);
            }

            throw;
        }
    }

    private async Task<bool> TryAsync(string path, string picture, TimeSpan? from, CancellationToken cancellationToken)
    {
        string[] seek = from is { } start ? ["-ss", start.TotalSeconds.ToString("F6", CultureInfo.InvariantCulture)] : [];

        // Passthrough: a constant rate would drop a last frame that comes early. Update: each frame replaces the one before.
        string[] arguments =
        [
            "-xerror", .. seek, "-i", FfmpegRunner.FileUrl(path), "-map", "0:V:0", "-fps_mode", "passthrough",
            "-c:v", "png", "-pix_fmt", "rgb24", "-f", "image2", "-update", "1", FfmpegRunner.FileUrl(picture),
        ];
        return await runner.RunAsync(arguments, onFrame: null, cancellationToken) > 0 && File.Exists(picture);
    }
}
