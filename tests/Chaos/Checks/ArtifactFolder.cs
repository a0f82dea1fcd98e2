using System.Collections.Immutable;
using System.Security.Cryptography;

using Continuity.Artifacts;
using Continuity.Pipelines;

namespace Continuity.Chaos.Checks;

/// <summary>Looks at the files that silos share, without asking a silo.</summary>
/// <param name="path">The folder of the artifacts.</param>
public sealed class ArtifactFolder(string path)
{
    /// <summary>Finds recorded files that are not there, or are not what their hash says.</summary>
    public async Task<ImmutableArray<string>> BrokenAsync(PipelineSnapshot pipeline)
    {
        var broken = ImmutableArray.CreateBuilder<string>();
        foreach (var task in pipeline.Tasks)
        {
            foreach (var output in task.Row.Result?.Outputs ?? [])
            {
                if (await ProblemOfAsync(output.Artifact) is { } problem)
                {
                    broken.Add($"{task.Row.TaskId}: {output.FileName}: {problem}");
                }
            }
        }

        return broken.ToImmutable();
    }

    private async Task<string?> ProblemOfAsync(ArtifactRef artifact)
    {
        var file = Path.Combine(path, artifact.Sha256[..2], artifact.Sha256[2..4], artifact.Sha256);
        if (!File.Exists(file))
        {
            return $"{artifact.Sha256} is not in {path}";
        }

        var content = await File.ReadAllBytesAsync(file);
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        return content.Length == artifact.Size && hash == artifact.Sha256 ? null : $"{artifact.Sha256} holds {content.Length} bytes of {hash} instead of {artifact.Size}";
    }
}
