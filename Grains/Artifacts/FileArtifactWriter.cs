using System.Security.Cryptography;
using Continuity.Artifacts;

namespace Continuity.Grains.Artifacts;

/// <summary>Writes one new artifact to an unfinished file and hashes it on the way.</summary>
internal sealed class FileArtifactWriter(FileArtifactStore store, Stream file, string path) : IArtifactWriter
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _ended;

    public long Length { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        try
        {
            await file.WriteAsync(bytes, cancellationToken);
        }
        catch (Exception exception)
        {
            // Part of the bytes may have been written: nothing may follow them.
            await DisposeAsync();
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw store.Explain(exception);
            }

            throw;
        }

        _hash.AppendData(bytes.Span);
        Length += bytes.Length;
    }

    public async Task<ArtifactRef> CompleteAsync(string mediaType, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(mediaType);
        ObjectDisposedException.ThrowIf(_ended, this);
        try
        {
            var artifact = new ArtifactRef(Convert.ToHexStringLower(_hash.GetHashAndReset()), Length, mediaType);

            // Waiting for the disk blocks a thread: not one that runs grains.
            await Task.Run(() => store.Guarded(() => FlushToDisk(file)), cancellationToken);
            await file.DisposeAsync();
            await store.PublishAsync(path, artifact, cancellationToken);
            return artifact;
        }
        finally
        {
            await DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        _hash.Dispose();
        await file.DisposeAsync();

        // Gone already when it was published.
        File.Delete(path);
    }

    private static bool FlushToDisk(Stream stream)
    {
        if (stream is FileStream onDisk)
        {
            onDisk.Flush(flushToDisk: true);
        }

        return true;
    }
}
