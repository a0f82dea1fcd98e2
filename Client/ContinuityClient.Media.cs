using Continuity.Artifacts;
using Continuity.Client.Artifacts;
using Continuity.Client.Downloads;
using Continuity.Client.Resilience;
using Continuity.Pipelines;

namespace Continuity.Client;

/// <content>Files to and from the artifact store.</content>
public sealed partial class ContinuityClient
{
    /// <summary>Stores a file in the artifact store.</summary>
    /// <param name="content">The file, read to its end.</param>
    /// <param name="mediaType">MIME type of the content.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <returns>The stored file.</returns>
    public async Task<ArtifactRef> UploadAsync(Stream content, string mediaType, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var upload = new ArtifactUpload(_grains, _calls);
        var buffer = new byte[IArtifactGrain.ChunkSize];
        int count;
        while ((count = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await upload.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        return await upload.CompleteAsync(mediaType, cancellationToken);
    }

    /// <summary>Opens a stored file. It is read in chunks as they are asked for; asynchronous reads only.</summary>
    /// <param name="artifact">The file.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A seekable stream.</returns>
    /// <exception cref="NotFoundException">The store does not hold the file.</exception>
    public async Task<Stream> OpenArtifactAsync(ArtifactRef artifact, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        var stream = new ArtifactStream(artifact, (offset, count, token) => ReadArtifactAsync(artifact, offset, count, token));
        await stream.LoadAsync(cancellationToken);
        return stream;
    }

    /// <summary>
    /// Brings what a pipeline has made so far into a folder, under readable names, with a <c>manifest.json</c> that tells how each file was made. Files are
    /// written whole or not at all; those that are there already with the right content are left alone, so a broken download may just be repeated.
    /// </summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="directory">The folder; created when missing.</param>
    /// <param name="cancellationToken">Ends the download; files that are complete stay.</param>
    /// <returns>Where everything is.</returns>
    /// <exception cref="NotFoundException">There is no such pipeline, or the store does not hold a file any more.</exception>
    /// <exception cref="CorruptArtifactException">A file is not what its hash says.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public async Task<DownloadResult> DownloadAsync(PipelineId id, string directory, CancellationToken cancellationToken = default)
    {
        var pipeline = await GetAsync(id, cancellationToken) ?? throw new NotFoundException($"There is no pipeline {id}.");
        var definition = await _calls.RunAsync($"read the definition of {id}", () => _grains.GetGrain<IPipelineGrain>(id.Value).GetDefinitionAsync(), cancellationToken);
        return await new OutputDownloader(OpenArtifactAsync).DownloadAsync(pipeline, definition?.Profiles ?? [], directory, cancellationToken);
    }

    private async Task<byte[]> ReadArtifactAsync(ArtifactRef artifact, long offset, int count, CancellationToken cancellationToken)
    {
        // Reading works under any key; the hash spreads readers over the cluster.
        var reader = _grains.GetGrain<IArtifactGrain>(artifact.Sha256);
        return await _calls.RunAsync($"read file {artifact.Sha256}", () => reader.ReadAsync(artifact, offset, count), cancellationToken)
            ?? throw new NotFoundException($"The artifact store does not hold file {artifact.Sha256} any more. Retry the task that made it.");
    }
}
