using System.Collections.Concurrent;

using Continuity.Artifacts;
using Continuity.Grains.Artifacts;
using Continuity.Grains.Media;

namespace Continuity.Grains.Tasks;

/// <summary>
/// The properties of stored videos. An artifact never changes, so it is looked into once: what one task made and described is the next one's input.
/// </summary>
internal sealed class MediaFacts(IArtifactStore artifacts, MediaProbe probe)
{
    // A few hundred bytes each; beyond that it starts anew.
    private const int MaxKnown = 10_000;

    private readonly ConcurrentDictionary<string, MediaInfo> _known = new(StringComparer.Ordinal);

    /// <exception cref="MediaException">It is damaged, or no video.</exception>
    /// <exception cref="ArtifactStoreException">The store does not hold it whole.</exception>
    public async Task<MediaInfo> OfAsync(ArtifactRef video, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(video.Sha256, out var known))
        {
            return known;
        }

        await using var file = await artifacts.GetLocalPathAsync(video, cancellationToken);
        var info = await probe.ProbeAsync(file.Path, cancellationToken);
        if (_known.Count >= MaxKnown)
        {
            _known.Clear();
        }

        _known[video.Sha256] = info;
        return info;
    }
}
