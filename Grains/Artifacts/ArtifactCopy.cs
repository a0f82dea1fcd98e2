using System.Buffers;
using Continuity.Artifacts;

namespace Continuity.Grains.Artifacts;

/// <summary>Copies a stream into a store.</summary>
internal static class ArtifactCopy
{
    /// <summary>Copy buffer in bytes: at this size a copy is bound by the disk, not by calls.</summary>
    public const int BufferSize = 128 * 1024;

    /// <summary>Stores everything from the stream's position to its end.</summary>
    public static async Task<ArtifactRef> PutAsync(IArtifactStore store, Stream content, string mediaType, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var writer = await store.CreateAsync(cancellationToken);
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await writer.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            return await writer.CompleteAsync(mediaType, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
