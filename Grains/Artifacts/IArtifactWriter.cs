using Continuity.Artifacts;

namespace Continuity.Grains.Artifacts;

/// <summary>Takes the bytes of one new artifact. For one caller at a time. Disposing without <see cref="CompleteAsync"/> discards the bytes.</summary>
public interface IArtifactWriter : IAsyncDisposable
{
    /// <summary>The number of bytes written so far.</summary>
    long Length { get; }

    /// <summary>Appends bytes.</summary>
    /// <param name="bytes">The bytes; the memory may be used again when the call has returned.</param>
    /// <param name="cancellationToken">Abandons the write; the writer can then only be disposed.</param>
    /// <returns>A task that ends when the bytes were taken.</returns>
    /// <exception cref="ArtifactStoreFullException">The storage has no room left; the bytes so far are discarded.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>
    /// Stores what was written, durably. May be called once; where the storage was only away (<see cref="ArtifactStoreUnavailableException"/>), again: a writer that
    /// does not hold the bytes any more then throws an <see cref="ObjectDisposedException"/>.
    /// </summary>
    /// <param name="mediaType">MIME type of the content.</param>
    /// <param name="cancellationToken">Abandons the call; nothing is left behind.</param>
    /// <returns>The stored artifact.</returns>
    /// <exception cref="ArtifactStoreFullException">The storage has no room left; the bytes are discarded.</exception>
    Task<ArtifactRef> CompleteAsync(string mediaType, CancellationToken cancellationToken);
}
