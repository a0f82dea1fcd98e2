using Continuity.Artifacts;
using Continuity.Client.Resilience;

namespace Continuity.Client.Artifacts;

/// <summary>Moves files between streams and the artifact store, a chunk a call.</summary>
internal sealed class ArtifactTransfer(IGrainFactory grains, RetryingCalls calls)
{
    public async Task<ArtifactRef> UploadAsync(Stream content, string mediaType, CancellationToken cancellationToken)
    {
        var upload = grains.GetGrain<IArtifactGrain>(Guid.NewGuid().ToString("N"));
        var offset = 0L;
        while (true)
        {
            // A fresh array a chunk: a grain call in the same process may keep the array it was given.
            var buffer = new byte[IArtifactGrain.ChunkSize];
            var length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            if (length == 0)
            {
                break;
            }

            var chunk = length == buffer.Length ? buffer : buffer[..length];
            var at = offset;
            offset = await calls.RunAsync("upload a file", () => upload.AppendAsync(at, chunk), cancellationToken);
        }

        return await calls.RunAsync("store an uploaded file", () => upload.CompleteAsync(mediaType), cancellationToken);
    }

    /// <summary>Reads a part of an artifact; empty past its end.</summary>
    /// <exception cref="NotFoundException">The store does not hold it.</exception>
    public async Task<byte[]> ReadAsync(ArtifactRef artifact, long offset, int count, CancellationToken cancellationToken)
    {
        // Reading works under any key; the hash spreads readers over the cluster.
        var reader = grains.GetGrain<IArtifactGrain>(artifact.Sha256);
        return await calls.RunAsync($"read file {artifact.Sha256[..12]}", () => reader.ReadAsync(artifact, offset, count), cancellationToken)
            ?? throw new NotFoundException($"The artifact store does not hold file {artifact.Sha256} any more. Retry the task that made it.");
    }
}
