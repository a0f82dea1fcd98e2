namespace Continuity.Grains.Media;

/// <summary>Looks into video files.</summary>
internal sealed class MediaProbe
{
    /// <summary>Reads a video file's properties. Nothing is decoded.</summary>
    /// <param name="path">Path of the file; any characters.</param>
    /// <param name="cancellationToken">Kills the probe.</param>
    /// <returns>The properties.</returns>
    /// <exception cref="MediaException">The file is missing, damaged, or holds no video.</exception>
    public Task<MediaInfo> ProbeAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();
}
