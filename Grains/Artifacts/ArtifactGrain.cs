using Continuity.Artifacts;
using Continuity.Pipelines;

namespace Continuity.Grains.Artifacts;

/// <summary>Carries one upload in pieces to the store. An upload that pauses for as long as an idle grain lives is discarded and begins again from 0.</summary>
internal sealed class ArtifactGrain(IArtifactStore store) : Grain, IArtifactGrain
{
    private IArtifactWriter? _writer;
    private ArtifactRef? _completed;

    public async Task<long> AppendAsync(long offset, byte[] chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (chunk.Length > IArtifactGrain.ChunkSize)
        {
            throw new ArgumentException($"A chunk has at most {IArtifactGrain.ChunkSize} bytes; this one has {chunk.Length}.", nameof(chunk));
        }

        var length = _completed?.Size ?? _writer?.Length ?? 0;
        if (offset + chunk.Length <= length && (_writer is not null || _completed is not null))
        {
            // A caller whose answer was lost sends a chunk twice.
            return length;
        }

        if (offset != length || _completed is not null)
        {
            throw new InvalidOperationException(
                $"The upload {this.GetPrimaryKeyString()} {(_completed is null ? "holds" : "ended with")} {length} bytes, and the chunk begins at {offset}. " +
                "Send the chunk that follows what was appended; an upload that was discarded in a pause begins again from 0.");
        }

        return await TellAsync(async () =>
        {
            _writer ??= await store.CreateAsync(CancellationToken.None);
            try
            {
                await _writer.WriteAsync(chunk, CancellationToken.None);
            }
            catch
            {
                await DiscardAsync();
                throw;
            }

            return _writer.Length;
        });
    }

    public async Task<ArtifactRef> CompleteAsync(string mediaType)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(mediaType);
        if (_completed is not null)
        {
            return _completed with { MediaType = mediaType };
        }

        // An empty file is uploaded as one empty chunk, so that an upload that was lost cannot be taken for one.
        if (_writer is null)
        {
            throw Discarded();
        }

        try
        {
            _completed = await TellAsync(() => _writer.CompleteAsync(mediaType, CancellationToken.None));
        }
        catch (StoreException exception) when (exception.MayPass)
        {
            // The caller asks again.
            throw;
        }
        catch (ObjectDisposedException)
        {
            await DiscardAsync();
            throw Discarded();
        }
        catch
        {
            await DiscardAsync();
            throw;
        }

        await DiscardAsync();
        return _completed;
    }

    public Task<byte[]?> ReadAsync(ArtifactRef artifact, long offset, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return TellAsync(() => ReadPartAsync(artifact, offset, count));
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => DiscardAsync();

    private async Task<byte[]?> ReadPartAsync(ArtifactRef artifact, long offset, int count)
    {
        await using var content = await store.OpenAsync(artifact, CancellationToken.None);
        if (content is null)
        {
            return null;
        }

        if (offset >= artifact.Size)
        {
            return [];
        }

        await SkipAsync(content, offset);
        var bytes = new byte[Math.Min(Math.Min(count, IArtifactGrain.ChunkSize), artifact.Size - offset)];
        await content.ReadExactlyAsync(bytes, CancellationToken.None);
        return bytes;
    }

    // What goes wrong in a storage is told to the caller in words; the exceptions of its client library do not travel.
    private static async Task<T> TellAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (ArtifactStoreException exception)
        {
            throw new StoreException(exception.Message, mayPass: exception is ArtifactStoreUnavailableException);
        }
    }

    private InvalidOperationException Discarded() =>
        new($"The upload {this.GetPrimaryKeyString()} holds nothing: it was never begun, or was discarded in a pause. Begin it again from 0.");

    private static async Task SkipAsync(Stream content, long count)
    {
        if (content.CanSeek)
        {
            content.Seek(count, SeekOrigin.Begin);
            return;
        }

        var scratch = new byte[ArtifactCopy.BufferSize];
        while (count > 0)
        {
            var read = (int)Math.Min(count, scratch.Length);
            await content.ReadExactlyAsync(scratch.AsMemory(0, read), CancellationToken.None);
            count -= read;
        }
    }

    private async Task DiscardAsync()
    {
        if (_writer is { } writer)
        {
            _writer = null;
            await writer.DisposeAsync();
        }
    }
}
