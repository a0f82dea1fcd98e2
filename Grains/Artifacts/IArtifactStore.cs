using Continuity.Artifacts;

namespace Continuity.Grains.Artifacts;

/// <summary>Keeps files under the SHA-256 of their content, so that the same bytes are stored once and can be checked when they are read.</summary>
/// <remarks>
/// Safe for concurrent use, from several silos on the same storage too. An artifact that was returned is durable. What cannot be stored or read back as it was
/// written is reported as an <see cref="ArtifactStoreException"/>, never served. Storing content that is held already makes it young again, see <see cref="DeleteAsync"/>.
/// </remarks>
public interface IArtifactStore
{
    /// <summary>What and where the storage is, for messages, such as <c>folder '/srv/artifacts'</c>. No secrets.</summary>
    string Name { get; }

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

    /// <summary>Lists what the store holds, in the order of the hashes, without holding the list in memory. What comes or goes meanwhile may be in it or not.</summary>
    /// <param name="cancellationToken">Ends the list.</param>
    /// <returns>The artifacts.</returns>
    IAsyncEnumerable<StoredArtifact> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Deletes an artifact, unless it was stored again in the meantime: of a deletion and a <see cref="PutAsync"/> of the same content at the same time, either
    /// the deletion does nothing, or the put stores the content anew. A put that returned is never undone by a deletion that saw the time before it.
    /// </summary>
    /// <param name="sha256">The artifact's hash.</param>
    /// <param name="untouchedSince">Nothing is deleted when the content was stored at this time or later.</param>
    /// <param name="cancellationToken">Abandons the call; the artifact may be deleted all the same.</param>
    /// <returns><see langword="true"/> when it was deleted; <see langword="false"/> when it was stored since then, or is not there.</returns>
    Task<bool> DeleteAsync(string sha256, DateTimeOffset untouchedSince, CancellationToken cancellationToken);

    /// <summary>
    /// Asks for the time by the clock that <see cref="StoredArtifact.TouchedAt"/> is told by. The age of an artifact is judged by it: the clock of a silo may be wrong, and those of several differ.
    /// </summary>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>The time.</returns>
    /// <exception cref="ArtifactStoreException">The storage cannot be written.</exception>
    Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken);

    /// <summary>Notes whose artifacts these are, unless that is noted already.</summary>
    /// <param name="owner">An id of letters and digits, up to 64.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>The owner: the one given, or who was first.</returns>
    Task<string> ClaimAsync(string owner, CancellationToken cancellationToken);

    /// <summary>Proves by a small write that the storage can be written. Nothing is kept of it but, at most, a note of the time.</summary>
    /// <param name="cancellationToken">Abandons the call.</param>
    /// <returns>When it is written.</returns>
    /// <exception cref="ArtifactStoreException">It cannot.</exception>
    Task ProbeWriteAsync(CancellationToken cancellationToken);
}
