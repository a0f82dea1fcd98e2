using Continuity.Artifacts;

namespace Continuity.Grains.Artifacts;

/// <summary>
/// Local copies of artifacts that are kept elsewhere. What is not in use is dropped, the longest unused first, when the copies take more room than they may. The
/// folder is this process's alone as long as it runs: a sub-folder with a lock, which the next process takes over with what is in it.
/// </summary>
internal sealed class ArtifactCache : IDisposable
{
    private readonly long _limit;
    private readonly FileStream _ownership;
    private readonly FileArtifactStore _files;
    private readonly ArtifactPaths _paths;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Copy> _copies = new(StringComparer.Ordinal);
    private long _bytes;
    private long _uses;

    public ArtifactCache(string directory, long limit, TimeProvider time)
    {
        _limit = limit;
        _ownership = Own(Path.GetFullPath(directory));
        _paths = new ArtifactPaths(Path.GetDirectoryName(_ownership.Name)!);
        _files = new FileArtifactStore(new FileArtifactOptions { Directory = _paths.Root, StaleAfter = TimeSpan.FromTicks(1) }, time);
        foreach (var file in _paths.All().OrderBy(file => file.LastWriteTimeUtc))
        {
            _copies[file.Name] = new Copy(file.Name, file.Length) { TouchedAt = file.LastWriteTimeUtc, LastUse = ++_uses };
            _bytes += file.Length;
        }

        Trim();
    }

    /// <summary>The bytes of all copies.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Begins a copy whose content is not known yet.</summary>
    public Task<IArtifactWriter> CreateAsync(CancellationToken cancellationToken) => _files.CreateAsync(cancellationToken);

    /// <summary>Proves that the folder can be written.</summary>
    public Task ProbeWriteAsync(CancellationToken cancellationToken) => _files.ProbeWriteAsync(cancellationToken);

    /// <summary>Takes note of a copy that was just completed, and keeps it until the result is disposed.</summary>
    public LocalFile Keep(ArtifactRef artifact)
    {
        var path = _paths.Of(artifact.Sha256);
        lock (_lock)
        {
            if (!_copies.TryGetValue(artifact.Sha256, out var copy))
            {
                _copies[artifact.Sha256] = copy = new Copy(artifact.Sha256, artifact.Size);
                _bytes += artifact.Size;
            }

            copy.TouchedAt = File.GetLastWriteTimeUtc(path);
            copy.Users++;
        }

        Trim();
        return LocalFile.Lent(path, () => GiveBack(artifact.Sha256));
    }

    /// <summary>Lends the copy of an artifact, if there is a good one.</summary>
    public async Task<LocalFile?> TryLendAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_copies.TryGetValue(ArtifactName.Of(artifact), out var copy))
            {
                return null;
            }

            copy.Users++;
        }

        var lent = LocalFile.Lent(_paths.Of(artifact.Sha256), () => GiveBack(artifact.Sha256));
        try
        {
            await using var good = await _files.OpenAsync(artifact, cancellationToken);
            if (good is not null)
            {
                return lent;
            }
        }
        catch (ArtifactCorruptException)
        {
            // The original may be good. A reference with a wrong size is told by the original, too.
        }
        catch
        {
            await lent.DisposeAsync();
            throw;
        }

        await lent.DisposeAsync();
        return null;
    }

    public void Dispose() => _ownership.Dispose();

    private static FileStream Own(string directory)
    {
        for (var number = 0; ; number++)
        {
            var folder = Path.Combine(directory, number.ToString());
            Directory.CreateDirectory(folder);
            try
            {
                return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (number < 1000) // owned by another process
            {
            }
        }
    }

    private void GiveBack(string hash)
    {
        lock (_lock)
        {
            var copy = _copies[hash];
            copy.Users--;
            copy.LastUse = ++_uses;
        }

        Trim();
    }

    private void Trim()
    {
        lock (_lock)
        {
            while (_bytes > _limit && _copies.Values.Where(copy => copy.Users == 0).MinBy(copy => copy.LastUse) is { } copy)
            {
                _copies.Remove(copy.Hash);
                _bytes -= copy.Size;

                // Somebody may just have stored the same content again and be about to keep it: then the file is younger, and stays.
                _files.Delete(copy.Hash, new DateTimeOffset(copy.TouchedAt, TimeSpan.Zero).AddTicks(1));
            }
        }
    }

    private sealed class Copy(string hash, long size)
    {
        public string Hash => hash;

        public long Size => size;

        public DateTime TouchedAt { get; set; }

        public long LastUse { get; set; }

        public int Users { get; set; }
    }
}
