using Continuity.Artifacts;

namespace Continuity.Client.Artifacts;

/// <summary>Reads an artifact through the cluster as a seekable stream; one chunk is held in memory.</summary>
internal sealed class ArtifactStream(ArtifactRef artifact, Func<long, int, CancellationToken, Task<byte[]>> read) : Stream
{
    private byte[] _chunk = [];
    private long _chunkStart;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => artifact.Size;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>Fetches the chunk at the position, which also tells whether the store holds the file.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        _chunk = await read(_position, IArtifactGrain.ChunkSize, cancellationToken);
        _chunkStart = _position;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.IsEmpty)
        {
            return 0;
        }

        if (_position < _chunkStart || _position >= _chunkStart + _chunk.Length)
        {
            await LoadAsync(cancellationToken);
        }

        var offset = (int)(_position - _chunkStart);
        var count = Math.Min(buffer.Length, _chunk.Length - offset);
        _chunk.AsMemory(offset, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The file comes over the network; use ReadAsync.");

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("An artifact never changes.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("An artifact never changes.");
}
