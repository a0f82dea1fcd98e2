using Continuity.Pipelines;

namespace Continuity.Artifacts;

/// <summary>
/// Carries artifacts between a client and the artifact store, a chunk at a time, so that a client needs no access to the store itself.
/// The key is an upload's id, chosen by the client; reading works under any key.
/// </summary>
[Alias("continuity.IArtifactGrain")]
public interface IArtifactGrain : IGrainWithStringKey
{
    /// <summary>The chunk size to use, in bytes: large enough to be fast, small enough not to hold up other calls.</summary>
    const int ChunkSize = 512 * 1024;

    /// <summary>Appends a chunk to the upload.</summary>
    /// <param name="offset">Position of the chunk; must be the number of bytes appended so far. A repeated chunk is ignored.</param>
    /// <param name="chunk">The bytes; at most <see cref="ChunkSize"/>.</param>
    /// <returns>The number of bytes appended so far.</returns>
    /// <exception cref="StoreException">The storage of artifacts is full or cannot be used; the upload is discarded.</exception>
    [Alias("append")]
    Task<long> AppendAsync(long offset, [Immutable] byte[] chunk);

    /// <summary>Ends the upload and stores it durably.</summary>
    /// <param name="mediaType">MIME type of the content.</param>
    /// <returns>The stored artifact.</returns>
    /// <exception cref="StoreException">The storage of artifacts is full or cannot be used; where that may pass the call may be repeated.</exception>
    [Alias("complete")]
    Task<ArtifactRef> CompleteAsync(string mediaType);

    /// <summary>Reads a part of a stored artifact.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="offset">First byte to read.</param>
    /// <param name="count">How many bytes to read at the most.</param>
    /// <returns>The bytes; empty past the end; <see langword="null"/> when the store does not hold the artifact.</returns>
    /// <exception cref="StoreException">The storage of artifacts cannot be used, or the artifact is damaged there.</exception>
    [Alias("read")]
    Task<byte[]?> ReadAsync(ArtifactRef artifact, long offset, int count);
}
