using Continuity.Artifacts;
using Continuity.Client.Resilience;

namespace Continuity.Client.Artifacts;

/// <summary>One file on its way into the artifact store. Sends a chunk at a time, so that memory stays bounded.</summary>
internal sealed class ArtifactUpload(IGrainFactory grains, RetryingCalls calls)
{
    private readonly IArtifactGrain _grain = grains.GetGrain<IArtifactGrain>(Guid.NewGuid().ToString("N"));
    private byte[] _buffer = [];
    private int _filled;
    private long _sent;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            if (_buffer.Length == 0)
            {
                // A fresh array a chunk: a grain in the same process may keep the array it was given.
                _buffer = new byte[IArtifactGrain.ChunkSize];
            }

            var count = Math.Min(bytes.Length, _buffer.Length - _filled);
            bytes[..count].CopyTo(_buffer.AsMemory(_filled));
            _filled += count;
            bytes = bytes[count..];
            if (_filled == _buffer.Length)
            {
                await SendAsync(cancellationToken);
            }
        }
    }

    public async Task<ArtifactRef> CompleteAsync(string mediaType, CancellationToken cancellationToken)
    {
        if (_filled > 0)
        {
            await SendAsync(cancellationToken);
        }

        return await calls.RunAsync("store an uploaded file", () => _grain.CompleteAsync(mediaType), cancellationToken);
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var chunk = _filled == _buffer.Length ? _buffer : _buffer[.._filled];
        var sent = await calls.RunAsync("upload a file", () => _grain.AppendAsync(_sent, chunk), cancellationToken);
        if (sent != _sent + chunk.Length)
        {
            throw new CorruptArtifactException($"An upload lost bytes on the way: {_sent + chunk.Length} were sent, {sent} arrived. Upload the file again.");
        }

        _sent = sent;
        _buffer = [];
        _filled = 0;
    }
}
