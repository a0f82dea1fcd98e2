using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Continuity.Artifacts;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Artifacts.S3;

/// <summary>
/// Keeps artifacts in a bucket of an S3-compatible server. New content goes to a local file first, where its hash is made; then it is sent under its final key,
/// unless the bucket holds it, in a request that takes effect whole or not at all. What is read is checked against the hash: the end of a damaged object is
/// never handed out.
/// </summary>
internal sealed class S3ArtifactStore : IArtifactStore, IDisposable
{
    private readonly TimeProvider _time;
    private readonly S3Bucket _bucket;
    private readonly S3Removal _removal;
    private readonly ArtifactCache _cache;
    private readonly ConcurrentDictionary<string, Lazy<Task<LocalFile>>> _fetches = new(StringComparer.Ordinal);

    // What turned out to be damaged is stored anew at the next occasion.
    private readonly ConcurrentDictionary<string, bool> _damaged = new(StringComparer.Ordinal);

    public S3ArtifactStore(IOptions<S3ArtifactOptions> options, TimeProvider time)
    {
        _time = time;
        _bucket = new S3Bucket(options.Value);
        _removal = new S3Removal(_bucket, time);
        _cache = new ArtifactCache(options.Value.CacheDirectory, options.Value.CacheBytes, time);
    }

    public string Name => _bucket.Name;

    public Task<ArtifactRef> PutAsync(Stream content, string mediaType, CancellationToken cancellationToken) =>
        ArtifactCopy.PutAsync(this, content, mediaType, cancellationToken);

    public async Task<IArtifactWriter> CreateAsync(CancellationToken cancellationToken) =>
        new S3ArtifactWriter(this, await _cache.CreateAsync(cancellationToken));

    public async Task<Stream?> OpenAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        var key = S3Keys.Artifact(ArtifactName.Of(artifact));
        if (await _cache.TryLendAsync(artifact, cancellationToken) is { } copy)
        {
            // An open file stays readable when its name is gone.
            await using (copy)
            {
                return new FileStream(copy.Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, ArtifactCopy.BufferSize, useAsync: true);
            }
        }

        if (await _bucket.HeadAsync(key, cancellationToken) is not { } held)
        {
            return null;
        }

        if (held.Size != artifact.Size)
        {
            throw new ArtifactCorruptException(
                $"The object {key} in the {_bucket.Name} is damaged: it has {held.Size} bytes instead of {artifact.Size}. Restore it from a copy, or make the artifact " +
                $"{artifact.Sha256} ({artifact.MediaType}) again.");
        }

        return new S3ArtifactStream(_bucket, key, artifact, _time, damaged => _damaged[damaged.Sha256] = true);
    }

    public async Task<bool> ExistsAsync(ArtifactRef artifact, CancellationToken cancellationToken) =>
        await _bucket.HeadAsync(S3Keys.Artifact(ArtifactName.Of(artifact)), cancellationToken) is { } held && held.Size == artifact.Size;

    public async Task<LocalFile> GetLocalPathAsync(ArtifactRef artifact, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _cache.TryLendAsync(artifact, cancellationToken) is { } copy)
            {
                return copy;
            }

            // One transfer for all who want the file now; it goes on when one of them gives up. Whoever comes first is lent the file by the transfer itself.
            var own = new Lazy<Task<LocalFile>>(() => FetchAsync(artifact));
            var fetch = _fetches.GetOrAdd(artifact.Sha256, own);
            try
            {
                var file = await fetch.Value.WaitAsync(cancellationToken);
                if (fetch == own)
                {
                    return file;
                }
            }
            catch (OperationCanceledException) when (fetch == own)
            {
                _ = GiveBackAsync(own.Value);
                throw;
            }
        }
    }

    public async IAsyncEnumerable<StoredArtifact> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Both lists are in the order of the hashes.
        await using var marks = _bucket.ListAsync(S3Keys.TouchedAll, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var more = await marks.MoveNextAsync();
        await foreach (var entry in _bucket.ListAsync(S3Keys.Artifacts, cancellationToken))
        {
            var hash = entry.Key[S3Keys.Artifacts.Length..];
            while (more && string.CompareOrdinal(marks.Current.Key, S3Keys.TouchedAll.Length, hash, 0, hash.Length) < 0)
            {
                more = await marks.MoveNextAsync();
            }

            if (ArtifactName.IsValid(hash))
            {
                var touched = more && marks.Current.Key == S3Keys.Touched(hash) && marks.Current.ModifiedAt > entry.ModifiedAt;
                yield return new StoredArtifact(hash, entry.Size, touched ? marks.Current.ModifiedAt : entry.ModifiedAt);
            }
        }
    }

    public Task<bool> DeleteAsync(string sha256, DateTimeOffset untouchedSince, CancellationToken cancellationToken) =>
        _removal.DeleteAsync(sha256, untouchedSince, cancellationToken);

    public async Task<DateTimeOffset> GetTimeAsync(CancellationToken cancellationToken)
    {
        await _bucket.MarkAsync(S3Keys.Probe, cancellationToken);
        return await _bucket.HeadAsync(S3Keys.Probe, cancellationToken) is { } mark
            ? mark.ModifiedAt
            : throw new ArtifactStoreUnavailableException($"The {Name} does not show what was just written to it, so that the age of its artifacts is not known.");
    }

    public async Task<string> ClaimAsync(string owner, CancellationToken cancellationToken)
    {
        // Two farms that come at the very same moment may both be told that they are first; from then on both read the same.
        if (await _bucket.ReadTextAsync(S3Keys.Owner, cancellationToken) is { } known)
        {
            return known;
        }

        await _bucket.WriteTextAsync(S3Keys.Owner, owner, cancellationToken);
        return await _bucket.ReadTextAsync(S3Keys.Owner, cancellationToken) ?? owner;
    }

    public async Task ProbeWriteAsync(CancellationToken cancellationToken)
    {
        await _cache.ProbeWriteAsync(cancellationToken);
        await _bucket.MarkAsync(S3Keys.Probe, cancellationToken);
    }

    public void Dispose()
    {
        _bucket.Dispose();
        _cache.Dispose();
    }

    /// <summary>Keeps a local copy that was just completed.</summary>
    internal LocalFile Keep(ArtifactRef artifact) => _cache.Keep(artifact);

    /// <summary>Sends a local copy to the bucket, unless the bucket holds it.</summary>
    internal async Task SendAsync(ArtifactRef artifact, string path, CancellationToken cancellationToken)
    {
        do
        {
            if (!_damaged.ContainsKey(artifact.Sha256) && await ExistsAsync(artifact, cancellationToken))
            {
                await _removal.TouchAsync(artifact.Sha256, cancellationToken);
            }
            else
            {
                await _bucket.PutFileAsync(S3Keys.Artifact(artifact.Sha256), path, artifact.Size, cancellationToken);
                _damaged.TryRemove(artifact.Sha256, out _);
            }
        }
        while (!await _removal.IsSafeAsync(artifact.Sha256, cancellationToken) || !await ExistsAsync(artifact, cancellationToken));
    }

    private static async Task GiveBackAsync(Task<LocalFile> fetch)
    {
        await ((Task)fetch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (fetch.IsCompletedSuccessfully)
        {
            await (await fetch).DisposeAsync();
        }
    }

    private async Task<LocalFile> FetchAsync(ArtifactRef artifact)
    {
        try
        {
            await using var content = await OpenAsync(artifact, CancellationToken.None)
                ?? throw new ArtifactNotFoundException($"The artifact {artifact.Sha256} ({artifact.MediaType}) is not in the {_bucket.Name}.");
            await using var writer = await _cache.CreateAsync(CancellationToken.None);
            var buffer = new byte[ArtifactCopy.BufferSize];
            int read;
            while ((read = await content.ReadAsync(buffer, CancellationToken.None)) > 0)
            {
                await writer.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
            }

            return _cache.Keep(await writer.CompleteAsync(artifact.MediaType, CancellationToken.None));
        }
        finally
        {
            _fetches.TryRemove(artifact.Sha256, out _);
        }
    }
}
