using System.Security.Cryptography;

using Continuity.Artifacts;

namespace Continuity.Engine.Projects;

/// <summary>Stores nothing and only tells what would be stored: for checking a project without a farm.</summary>
public sealed class HashingMediaSink : IMediaSink
{
    /// <inheritdoc/>
    public Task<IMediaWriter> BeginAsync(string mediaTypeHint, CancellationToken cancellationToken) => Task.FromResult<IMediaWriter>(new Writer());

    private sealed class Writer : IMediaWriter
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long _size;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
        {
            _hash.AppendData(chunk.Span);
            _size += chunk.Length;
            return ValueTask.CompletedTask;
        }

        public Task<ArtifactRef> CompleteAsync(string mediaType, CancellationToken cancellationToken) =>
            Task.FromResult(new ArtifactRef(Convert.ToHexStringLower(_hash.GetHashAndReset()), _size, mediaType));

        public ValueTask DisposeAsync()
        {
            _hash.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
