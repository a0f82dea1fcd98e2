using System.Security.Cryptography;

using Continuity.Artifacts;
using Continuity.Engine.Projects;

namespace Continuity.Engine.Tests.Projects;

/// <summary>Keeps what it is given, and knows what was given up.</summary>
internal sealed class RecordingSink : IMediaSink
{
    public List<(byte[] Bytes, string Hint, string MediaType)> Files { get; } = [];

    public int Begun { get; private set; }

    public int Disposed { get; private set; }

    public Task<IMediaWriter> BeginAsync(string mediaTypeHint, CancellationToken cancellationToken)
    {
        Begun++;
        return Task.FromResult<IMediaWriter>(new Writer(this, mediaTypeHint));
    }

    private sealed class Writer(RecordingSink sink, string hint) : IMediaWriter
    {
        private readonly MemoryStream _content = new();

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken) => await _content.WriteAsync(chunk, cancellationToken);

        public Task<ArtifactRef> CompleteAsync(string mediaType, CancellationToken cancellationToken)
        {
            var bytes = _content.ToArray();
            sink.Files.Add((bytes, hint, mediaType));
            return Task.FromResult(new ArtifactRef(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length, mediaType));
        }

        public ValueTask DisposeAsync()
        {
            sink.Disposed++;
            return ValueTask.CompletedTask;
        }
    }
}
