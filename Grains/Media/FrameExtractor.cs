using Continuity.Grains.Artifacts;

namespace Continuity.Grains.Media;

/// <summary>Takes pictures out of clips.</summary>
internal sealed class FrameExtractor
{
    /// <summary>Makes a PNG of the very last frame of a clip, the one to continue the next clip from.</summary>
    /// <param name="path">Path of the clip; any characters.</param>
    /// <param name="cancellationToken">Kills the work.</param>
    /// <returns>The picture as a temporary file.</returns>
    /// <exception cref="MediaException">The clip is missing, damaged, or has no frame.</exception>
    public Task<LocalFile> ExtractLastFrameAsync(string path, CancellationToken cancellationToken) => throw new NotSupportedException();
}
