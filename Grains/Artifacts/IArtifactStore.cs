using Continuity.Artifacts;

namespace Continuity.Grains.Artifacts;

/// <summary>Keeps files under the SHA-256 of their content, so that the same bytes are stored once and can be checked when they are read.</summary>
/// <remarks>
/// Safe for concurrent use, from several silos on the same storage too. An artifact that was returned is durable. What cannot be stored or read back as it was
/// written is reported as an <see cref="ArtifactStoreException"/>, never served.
/// </remarks>
public interface IArtifactStore
{
    /// <summary>Stores everything from the stream's position to its end, without holding it in memory.</summary>
    /// <param name="content">The content; it is read, not disposed.</param>
    /// <param name="mediaType">MIME type of the content.</param>
    /// <param name="cancellationToken">Abandons the write; nothing is left behind.</param>
    /// <returns>The stored artifact.</returns>
    /// <exception cref="ArtifactStoreFullException">The storage has no room left.</exception>
    Task<ArtifactRef> PutAsync(Stream content, string mediaType, CancellationToken cancellationToken);

    /// <summary>Begins an artifact whose bytes arrive in pieces.</summary>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>A writer, which discards the bytes when it is disposed before it is completed.</returns>
    Task<IArtifactWriter> CreateAsync(CancellationToken cancellationToken);

    /// <summary>Opens an artifact for reading.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>The content, seekable where the store can seek; <see langword="null"/> when the store does not hold it.</returns>
    /// <exception cref="ArtifactCorruptException">The stored bytes are not the artifact's. A store that checks while it streams throws it from the read.</exception>
    Task<Stream?> OpenAsync(ArtifactRef artifact, CancellationToken cancellationToken);

    /// <summary>Whether the store holds the artifact with its full size. The content is not read.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns><see langword="true"/> when it is there.</returns>
    Task<bool> ExistsAsync(ArtifactRef artifact, CancellationToken cancellationToken);

    /// <summary>Gives a path under which a program can read the artifact until the result is disposed. The file must not be written to.</summary>
    /// <param name="artifact">The artifact.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>The file: the store's own, or a copy that disposing deletes. Its name says nothing about the content.</returns>
    /// <exception cref="ArtifactNotFoundException">The store does not hold it.</exception>
    /// <exception cref="ArtifactCorruptException">The stored bytes are not the artifact's.</exception>
    Task<LocalFile> GetLocalPathAsync(ArtifactRef artifact, CancellationToken cancellationToken);
}
