using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
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
    private const int ListPage = 1000;

    private static readonly byte[] ProbeBytes = [.. "continuity"u8];

    private readonly ArtifactPaths _paths;
    private readonly Func<string, Stream> _createIncoming;
    private readonly ConcurrentDictionary<string, FileStamp> _verified = new(StringComparer.Ordinal);

    public FileArtifactStore(IOptions<FileArtifactOptions> options, TimeProvider timeProvider)
        : this(options.Value, timeProvider)
    {
    }

    internal FileArtifactStore(FileArtifactOptions options, TimeProvider timeProvider)
        : this(options, timeProvider, CreateIncoming)
    {
    }

    /// <summary>Lets a test put a failing disk in place of a new file.</summary>
    internal FileArtifactStore(FileArtifactOptions options, TimeProvider timeProvider, Func<string, Stream> createIncoming)
    {
        _paths = new ArtifactPaths(options.Directory);
        _createIncoming = createIncoming;
        Directory.CreateDirectory(_paths.Incoming);
        StaleFiles.Sweep(_paths, timeProvider.GetUtcNow() - options.StaleAfter);
    }

    public string Name => $"folder '{_paths.Root}'";

    public Task<ArtifactRef> PutAsync(Stream content, string mediaType, CancellationToken cancellationToken) =>
        ArtifactCopy.PutAsync(this, content, mediaType, cancellationToken);

    public Task<IArtifactWriter> CreateAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = Path.Combine(_paths.Incoming, $"{Guid.NewGuid():N}.part");
        var file = Guarded(() => _createIncoming(path));
        return Task.FromResult<IArtifactWriter>(new FileArtifactWriter(this, file, path));
    }

    public async Task<Stream?> OpenAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        var path = _paths.Of(ArtifactName.Of(artifact));
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, ArtifactCopy.BufferSize, useAsync: true);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(exception);
        }

        try
        {
            await VerifyAsync(artifact, file, cancellationToken);
            return file;
        }
        catch (Exception exception)
        {
            await file.DisposeAsync();
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw Unreadable(exception);
            }

            throw;
        }
    }

    public Task<bool> ExistsAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = new FileInfo(_paths.Of(ArtifactName.Of(artifact)));
        return Task.FromResult(file.Exists && file.Length == artifact.Size);
    }

    public async Task<LocalFile> GetLocalPathAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        await using var checkedFile = await OpenAsync(artifact, cancellationToken)
            ?? throw new ArtifactNotFoundException($"The artifact {artifact.Sha256} ({artifact.MediaType}) is not in the {Name}.");
        return LocalFile.Kept(_paths.Of(ArtifactName.Of(artifact)));
    }

    public async IAsyncEnumerable<StoredArtifact> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Reading a large folder blocks: not a thread that runs grains.
        using var files = _paths.All().GetEnumerator();
        while (await Task.Run(() => Next(files), cancellationToken) is { Count: > 0 } page)
        {
            foreach (var artifact in page)
            {
                yield return artifact;
            }
        }
    }

    public Task<bool> DeleteAsync(string sha256, DateTimeOffset untouchedSince, CancellationToken cancellationToken)
    {
        ArtifactName.Checked(sha256);
        return Task.Run(() => Delete(sha256, untouchedSince), cancellationToken);
    }

    public Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken) => Task.Run(() => Guarded(FileSystemTime), cancellationToken);

    public async Task<string> ClaimAsync(string owner, CancellationToken cancellationToken)
    {
        if (File.Exists(_paths.Owner))
        {
            return (await File.ReadAllTextAsync(_paths.Owner, cancellationToken)).Trim();
        }

        // Whole or not at all, and the first one wins.
        var part = Path.Combine(_paths.Incoming, $"{Guid.NewGuid():N}.part");
        try
        {
            await File.WriteAllTextAsync(part, owner, cancellationToken);
            File.Move(part, _paths.Owner, overwrite: false);
            return owner;
        }
        catch (IOException) when (File.Exists(_paths.Owner))
        {
            return (await File.ReadAllTextAsync(_paths.Owner, cancellationToken)).Trim();
        }
        finally
        {
            File.Delete(part);
        }
    }

    public async Task ProbeWriteAsync(CancellationToken cancellationToken)
    {
        // Begun and given up: it needs the same room and rights as a whole one.
        await using var writer = await CreateAsync(cancellationToken);
        await writer.WriteAsync(ProbeBytes, cancellationToken);
    }

    /// <summary>Deletes a file unless it was stored again.</summary>
    internal bool Delete(string hash, DateTimeOffset untouchedSince)
    {
        var path = _paths.Of(hash);
        var outgoing = _paths.NewOutgoing(hash);
        try
        {
            if (File.GetLastWriteTimeUtc(path) >= untouchedSince.UtcDateTime)
            {
                return false;
            }

            File.Move(path, outgoing);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }

        if (File.GetLastWriteTimeUtc(outgoing) >= untouchedSince.UtcDateTime)
        {
            StaleFiles.PutBack(outgoing, path);
            return false;
        }

        _verified.TryRemove(hash, out _);
        File.Delete(outgoing);
        return true;
    }

    /// <summary>Moves a whole, flushed file to its name.</summary>
    internal async Task PublishAsync(string incoming, ArtifactRef artifact, CancellationToken cancellationToken)
    {
        var path = _paths.Of(ArtifactName.Of(artifact));
        if (await HoldsAsync(artifact, cancellationToken) && Touch(artifact.Sha256, path, File.GetLastWriteTimeUtc(incoming)))
        {
            Guarded(() => Deleted(incoming));
            return;
        }

        await Task.Run(() => Guarded(() => MoveDurably(incoming, path)), cancellationToken);
        _verified[artifact.Sha256] = FileStamp.Of(path);
    }

    /// <summary>Runs a write and tells its faults in our words.</summary>
    internal T Guarded<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Explain(exception);
        }
    }

    /// <summary>The fault of a write, in our words.</summary>
    internal ArtifactStoreException Explain(Exception cause) => cause is IOException io && DiskFull.Is(io)
        ? new ArtifactStoreFullException($"No room is left for artifacts in the {Name}. Free some space there, or set the artifact store to a larger disk.", cause)
        : new ArtifactStoreUnavailableException($"The {Name} cannot be written: {cause.Message} Check that it is there and may be written.", cause);

    private ArtifactStoreUnavailableException Unreadable(Exception cause) => new($"The {Name} cannot be read: {cause.Message} Check that it is there and may be read.", cause);

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

    // That of a shared folder is its server's.
    private DateTimeOffset FileSystemTime()
    {
        var path = Path.Combine(_paths.Incoming, $"{Guid.NewGuid():N}.part");
        try
        {
            _createIncoming(path).Dispose();
            return new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static bool Deleted(string path)
    {
        File.Delete(path);
        return true;
    }

    private static List<StoredArtifact> Next(IEnumerator<FileInfo> files)
    {
        var page = new List<StoredArtifact>();
        while (page.Count < ListPage && files.MoveNext())
        {
            var file = files.Current;
            file.Refresh();
            if (file.Exists)
            {
                page.Add(new StoredArtifact(file.Name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero)));
            }
        }

        return page;
    }

    // Whoever touches a file looks afterwards whether it is still there, and whoever deletes one takes its name away before he looks at its age. So one of the two
    // always sees the other.
    private bool Touch(string hash, string path, DateTime time)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, time);
            _verified[hash] = FileStamp.Of(path);
            return true;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
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
