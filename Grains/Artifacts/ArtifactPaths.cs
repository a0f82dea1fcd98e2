using Continuity.Artifacts;

namespace Continuity.Grains.Artifacts;

/// <summary>The folder store's layout: <c>ab/cd/&lt;sha&gt;</c> for artifacts and <c>.incoming/</c> for unfinished files, on the same file system for the rename.</summary>
internal sealed class ArtifactPaths(string root)
{
    private const int HashLength = 64;

    /// <summary>The store's folder.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>The folder of unfinished files.</summary>
    public string Incoming => Path.Combine(Root, ".incoming");

    /// <summary>Where an artifact lies.</summary>
    /// <exception cref="ArgumentException">The hash is not one. References come from clients, so that it must not become a path unchecked.</exception>
    public string Of(ArtifactRef artifact)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        var hash = artifact.Sha256;
        if (hash is not { Length: HashLength } || !hash.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException("An artifact is named by the SHA-256 of its content: 64 lower-case hexadecimal digits.", nameof(artifact));
        }

        return Path.Combine(Root, hash[..2], hash[2..4], hash);
    }
}
