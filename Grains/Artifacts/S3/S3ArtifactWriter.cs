using Continuity.Artifacts;

namespace Continuity.Grains.Artifacts.S3;

/// <summary>Writes one new artifact to a local file, and sends it when it is complete.</summary>
internal sealed class S3ArtifactWriter(S3ArtifactStore store, IArtifactWriter local) : IArtifactWriter
{
    public long Length => local.Length;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => local.WriteAsync(bytes, cancellationToken);

    public async Task<ArtifactRef> CompleteAsync(string mediaType, CancellationToken cancellationToken)
    {
        var artifact = await local.CompleteAsync(mediaType, cancellationToken);
        await store.SendAsync(artifact, cancellationToken);
        return artifact;
    }

    public ValueTask DisposeAsync() => local.DisposeAsync();
}
