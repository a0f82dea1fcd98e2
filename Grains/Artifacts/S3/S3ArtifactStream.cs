using System.Security.Cryptography;
using Amazon.S3.Model;
using Continuity.Artifacts;

namespace Continuity.Grains.Artifacts.S3;

/// <summary>
/// Reads an artifact out of a bucket without keeping it. Goes on where a broken connection stopped. Whoever reads from the beginning to the end gets the last
/// bytes only when all of them together have the artifact's hash. Parts that are read alone are not checked.
/// </summary>
internal sealed class S3ArtifactStream(S3Bucket bucket, string key, ArtifactRef artifact, TimeProvider time, Action<ArtifactRef> damaged) : Stream
{
    private const int Retries = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);

    private IncrementalHash? _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private GetObjectResponse? _body;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => artifact.Size;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= artifact.Size)
        {
            if (artifact.Size == 0)
            {
                Verify();
            }

            return 0;
        }

        // Not past the end: an object that is longer has the wrong content, which its hash would not tell.
        var rest = artifact.Size - _position;
        var read = await ReadSomeAsync(rest < buffer.Length ? buffer[..(int)rest] : buffer, cancellationToken);
        _hash?.AppendData(buffer.Span[..read]);
        if (read == rest)
        {
            Verify();
        }

        _position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => artifact.Size + offset,
        };
        ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
        if (target != _position)
        {
            Drop();
            _hash?.Dispose();
            _hash = target == 0 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
            _position = target;
        }

        return target;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("An artifact in a bucket is read asynchronously.");

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Drop();
            _hash?.Dispose();
            _hash = null;
        }

        base.Dispose(disposing);
    }

    private async Task<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await bucket.CallAsync(() => TryReadAsync(buffer, cancellationToken), cancellationToken);
            }
            catch (ArtifactStoreUnavailableException) when (failures < Retries)
            {
                Drop();
                await Task.Delay(Pause * (1 << failures), time, cancellationToken);
            }
        }
    }

    private async Task<int> TryReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _body ??= await bucket.OpenAsync(key, _position, cancellationToken)
            ?? throw new ArtifactNotFoundException($"The artifact {artifact.Sha256} ({artifact.MediaType}) was deleted from the {bucket.Name} while it was read.");
        using var idle = new CancellationTokenSource(IdleTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
        var read = await _body.ResponseStream.ReadAsync(buffer, both.Token);
        return read > 0 ? read : throw new IOException($"the connection ended at byte {_position} of {artifact.Size}");
    }

    private void Verify()
    {
        if (_hash is null)
        {
            return;
        }

        var found = Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (found != artifact.Sha256)
        {
            damaged(artifact);
            throw new ArtifactCorruptException(
                $"The object {key} in the {bucket.Name} is damaged: its content hashes to {found}. Restore it from a copy, or delete it and make the artifact " +
                $"{artifact.Sha256} ({artifact.MediaType}) again.");
        }
    }

    private void Drop()
    {
        _body?.Dispose();
        _body = null;
    }
}
