using Continuity.Artifacts;

namespace Continuity.Grains.Artifacts.S3;

/// <summary>Writes one new artifact to a local file, and sends it when it is complete. The local file stays until this is disposed, so that it can be sent again.</summary>
internal sealed class S3ArtifactWriter(S3ArtifactStore store, IArtifactWriter local) : IArtifactWriter
{
    private ArtifactRef? _artifact;
    private LocalFile? _copy;

    public long Length => local.Length;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => local.WriteAsync(bytes, cancellationToken);

    public async Task<ArtifactRef> CompleteAsync(string mediaType, CancellationToken cancellationToken)
    {
        if (_artifact is null || _copy is null)
        {
            _artifact = await local.CompleteAsync(mediaType, cancellationToken);
            _copy = store.Keep(_artifact);
        }

        await store.SendAsync(_artifact, _copy.Path, cancellationToken);
        return _artifact;
    }

    public async ValueTask DisposeAsync()
    {
        await local.DisposeAsync();
        if (_copy is not null)
        {
            await _copy.DisposeAsync();
        }
    }
}
