using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Continuity.Artifacts;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Artifacts;

/// <summary>
/// Keeps artifacts as files in a folder. A file appears under its name whole or not at all, and only after its bytes are on the disk. The first time a process
/// opens a file it hashes all of it; later it only checks that size and time are unchanged.
/// </summary>
internal sealed class FileArtifactStore : IArtifactStore
{
    /// <summary>Copy buffer in bytes: at this size a copy is bound by the disk, not by calls.</summary>
    internal const int BufferSize = 128 * 1024;

    private readonly ArtifactPaths _paths;
    private readonly Func<string, Stream> _createIncoming;
    private readonly ConcurrentDictionary<string, FileStamp> _verified = new(StringComparer.Ordinal);

    public FileArtifactStore(IOptions<FileArtifactOptions> options, TimeProvider timeProvider)
        : this(options.Value, timeProvider, CreateIncoming)
    {
    }

    /// <summary>Lets a test put a failing disk in place of a new file.</summary>
    internal FileArtifactStore(FileArtifactOptions options, TimeProvider timeProvider, Func<string, Stream> createIncoming)
    {
        _paths = new ArtifactPaths(options.Directory);
        _createIncoming = createIncoming;
        Directory.CreateDirectory(_paths.Incoming);
        StaleFiles.Sweep(_paths.Incoming, timeProvider.GetUtcNow() - options.StaleAfter);
    }

    public async Task<ArtifactRef> PutAsync(Stream content, string mediaType, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var writer = await CreateAsync(cancellationToken);
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

    public Task<IArtifactWriter> CreateAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = Path.Combine(_paths.Incoming, $"{Guid.NewGuid():N}.part");
        var file = Guarded(() => _createIncoming(path));
        return Task.FromResult<IArtifactWriter>(new FileArtifactWriter(this, file, path));
    }

    public async Task<Stream?> OpenAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        var path = _paths.Of(artifact);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferSize, useAsync: true);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        try
        {
            await VerifyAsync(artifact, file, cancellationToken);
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public Task<bool> ExistsAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = new FileInfo(_paths.Of(artifact));
        return Task.FromResult(file.Exists && file.Length == artifact.Size);
    }

    public async Task<LocalFile> GetLocalPathAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        await using var checkedFile = await OpenAsync(artifact, cancellationToken)
            ?? throw new ArtifactNotFoundException($"The artifact {artifact.Sha256} ({artifact.MediaType}) is not in the folder '{_paths.Root}'.");
        return LocalFile.Kept(_paths.Of(artifact));
    }

    /// <summary>Moves a whole, flushed file to its name.</summary>
    internal async Task PublishAsync(string incoming, ArtifactRef artifact, CancellationToken cancellationToken)
    {
        var path = _paths.Of(artifact);
        if (await HoldsAsync(artifact, cancellationToken))
        {
            File.Delete(incoming);
            return;
        }

        await Task.Run(() => Guarded(() => MoveDurably(incoming, path)), cancellationToken);
        _verified[artifact.Sha256] = FileStamp.Of(path);
    }

    /// <summary>Runs a write and names the folder when the disk is full.</summary>
    internal T Guarded<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (IOException exception) when (DiskFull.Is(exception))
        {
            throw Full(exception);
        }
    }

    /// <summary>The fault of a full disk.</summary>
    internal ArtifactStoreFullException Full(IOException cause) =>
        new($"No room is left for artifacts in the folder '{_paths.Root}'. Free some space there, or set the artifact store to a larger disk.", cause);

    private static FileStream CreateIncoming(string path) =>
        new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);

    private bool MoveDurably(string incoming, string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);

        // Replacing is safe when someone else was faster: the name stands for these very bytes.
        File.Move(incoming, path, overwrite: true);
        for (var changed = folder; changed.Length >= _paths.Root.Length; changed = Path.GetDirectoryName(changed)!)
        {
            DirectorySync.Flush(changed);
        }

        return true;
    }

    // A damaged file does not count as held: new good bytes replace it.
    private async Task<bool> HoldsAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        try
        {
            await using var stored = await OpenAsync(artifact, cancellationToken);
            return stored is not null;
        }
        catch (ArtifactCorruptException)
        {
            return false;
        }
    }

    private async Task VerifyAsync(ArtifactRef artifact, FileStream file, CancellationToken cancellationToken)
    {
        if (file.Length != artifact.Size)
        {
            throw Corrupt(artifact, file.Name, $"it has {file.Length} bytes instead of {artifact.Size}");
        }

        var stamp = FileStamp.Of(file);
        if (_verified.TryGetValue(artifact.Sha256, out var known) && known == stamp)
        {
            return;
        }

        _verified.TryRemove(artifact.Sha256, out _);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        if (hash != artifact.Sha256)
        {
            throw Corrupt(artifact, file.Name, $"its content hashes to {hash}");
        }

        file.Position = 0;
        _verified[artifact.Sha256] = stamp;
    }

    private static ArtifactCorruptException Corrupt(ArtifactRef artifact, string path, string finding) =>
        new($"The file '{path}' is damaged: {finding}. Restore it from a copy, or delete it and make the artifact {artifact.Sha256} ({artifact.MediaType}) again.");
}
