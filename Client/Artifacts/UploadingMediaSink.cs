using Continuity.Artifacts;
using Continuity.Engine.Projects;

namespace Continuity.Client.Artifacts;

/// <summary>Uploads the media of a project file while the file is read.</summary>
internal sealed class UploadingMediaSink(Func<ArtifactUpload> newUpload) : IMediaSink
{
    public Task<IMediaWriter> BeginAsync(string mediaTypeHint, CancellationToken cancellationToken) => Task.FromResult<IMediaWriter>(new Writer(newUpload()));

    private sealed class Writer(ArtifactUpload upload) : IMediaWriter
    {
        public ValueTask WriteAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken) => upload.WriteAsync(chunk, cancellationToken);

        public Task<ArtifactRef> CompleteAsync(string mediaType, CancellationToken cancellationToken) => upload.CompleteAsync(mediaType, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
