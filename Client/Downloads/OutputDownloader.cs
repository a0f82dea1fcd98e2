using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;

using Continuity.Artifacts;
using Continuity.Engine.Outputs;
using Continuity.Pipelines;
using Continuity.Profiles;

namespace Continuity.Client.Downloads;

/// <summary>Brings a pipeline's outputs into a folder, each under its readable name, with the manifest beside them.</summary>
internal sealed class OutputDownloader(Func<ArtifactRef, CancellationToken, Task<Stream>> open)
{
    public async Task<DownloadResult> DownloadAsync(PipelineSnapshot pipeline, ImmutableArray<WorkflowProfile> profiles, string directory, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(directory);
        var plan = OutputLayout.Plan(pipeline);
        var files = ImmutableArray.CreateBuilder<DownloadedFile>(plan.Length);
        foreach (var planned in plan)
        {
            var path = Path.Combine(root, planned.Path.Replace('/', Path.DirectorySeparatorChar));
            var artifact = planned.Output.Artifact;
            var wasThere = await HoldsAsync(path, artifact, cancellationToken);
            if (!wasThere)
            {
                await AtomicFile.WriteAsync(path, file => FetchAsync(artifact, planned.Path, file, cancellationToken), cancellationToken);
            }

            files.Add(new DownloadedFile(planned.TaskId, path, artifact.Size, wasThere));
        }

        var manifest = Manifest.Build(pipeline, plan, profiles).ToJson();
        var manifestPath = Path.Combine(root, Manifest.FileName);
        await AtomicFile.WriteAsync(manifestPath, file => file.WriteAsync(manifest, cancellationToken).AsTask(), cancellationToken);
        return new DownloadResult(root, manifestPath, files.ToImmutable());
    }

    private static async Task<bool> HoldsAsync(string path, ArtifactRef artifact, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length != artifact.Size)
        {
            return false;
        }

        await using var stream = file.OpenRead();
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) == artifact.Sha256;
    }

    private async Task FetchAsync(ArtifactRef artifact, string name, Stream file, CancellationToken cancellationToken)
    {
        await using var source = await open(artifact, cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(IArtifactGrain.ChunkSize);
        try
        {
            int count;
            while ((count = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, count);
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != artifact.Sha256)
        {
            throw new CorruptArtifactException($"{name} arrived with SHA-256 {found}; expected {artifact.Sha256}. Retry the task that made it.");
        }
    }
}
