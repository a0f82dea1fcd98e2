using Continuity.Artifacts;

namespace Continuity.Grains.Artifacts;

/// <summary>The name of an artifact: the SHA-256 of its content.</summary>
internal static class ArtifactName
{
    private const int Length = 64;

    /// <summary>Whether a text is a hash as artifacts are named by.</summary>
    public static bool IsValid(string? hash) => hash is { Length: Length } && hash.All(char.IsAsciiHexDigitLower);

    /// <summary>The name of an artifact, checked.</summary>
    /// <exception cref="ArgumentException">It is no hash. References come from clients, so that one must not become a path or a key unchecked.</exception>
    public static string Of(ArtifactRef artifact)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        return Checked(artifact.Sha256);
    }

    /// <summary>A hash, checked.</summary>
    /// <exception cref="ArgumentException">It is no hash.</exception>
    public static string Checked(string hash) => IsValid(hash)
        ? hash
        : throw new ArgumentException("An artifact is named by the SHA-256 of its content: 64 lower-case hexadecimal digits.", nameof(hash));
}
