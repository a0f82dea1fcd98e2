using Continuity.Artifacts;

namespace Continuity.Engine.Projects;

/// <summary>Takes the media that stands inside a project file, so that no picture or video is ever held whole in memory.</summary>
public interface IMediaSink
{
    /// <summary>Begins one file.</summary>
    /// <param name="mediaTypeHint">MIME type that the project gives for it; <see cref="MediaTypes.Unknown"/> when it gives none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What to write the file to.</returns>
    Task<IMediaWriter> BeginAsync(string mediaTypeHint, CancellationToken cancellationToken);
}

/// <summary>One file on its way into an <see cref="IMediaSink"/>. Disposed without being completed, the file is given up.</summary>
public interface IMediaWriter : IAsyncDisposable
{
    /// <summary>Appends bytes.</summary>
    /// <param name="chunk">The bytes; valid only until the call ends.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>When they are taken.</returns>
    ValueTask WriteAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken);

    /// <summary>Ends the file and stores it.</summary>
    /// <param name="mediaType">MIME type, told from the content where that is possible.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The stored file.</returns>
    Task<ArtifactRef> CompleteAsync(string mediaType, CancellationToken cancellationToken);
}
