namespace Continuity.Grains.Artifacts;

/// <summary>
/// The folder store's layout: <c>ab/cd/&lt;sha&gt;</c> for artifacts, and <c>.incoming/</c> for files that are on their way in or out, on the same file system
/// for the rename.
/// </summary>
internal sealed class ArtifactPaths(string root)
{
    /// <summary>The ending of files that are on their way out, after their hash and a dot.</summary>
    public const string OutgoingEnding = ".outgoing";

    private const int ShardLength = 2;

    /// <summary>The store's folder.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>The folder of unfinished files.</summary>
    public string Incoming => Path.Combine(Root, ".incoming");

    /// <summary>The note of whose artifacts these are.</summary>
    public string Owner => Path.Combine(Root, ".owner");

    /// <summary>Where an artifact lies.</summary>
    /// <exception cref="ArgumentException">The hash is not one.</exception>
    public string Of(string hash)
    {
        ArtifactName.Checked(hash);
        return Path.Combine(Root, hash[..ShardLength], hash[ShardLength..(2 * ShardLength)], hash);
    }

    /// <summary>A new place for an artifact that is on its way out.</summary>
    public string NewOutgoing(string hash) => Path.Combine(Incoming, $"{hash}.{Guid.NewGuid():N}{OutgoingEnding}");

    /// <summary>Where a file that was on its way out came from.</summary>
    /// <returns>The path, or <see langword="null"/> when the file is no such file.</returns>
    public string? OriginOf(string path)
    {
        var name = Path.GetFileName(path);
        return name.EndsWith(OutgoingEnding, StringComparison.Ordinal) && name.Split('.') is [var hash, ..] && ArtifactName.IsValid(hash) ? Of(hash) : null;
    }

    /// <summary>Lists the artifacts' files in the order of their hashes, a folder at a time.</summary>
    public IEnumerable<FileInfo> All()
    {
        foreach (var outer in Shards(new DirectoryInfo(Root)))
        {
            foreach (var inner in Shards(outer))
            {
                foreach (var file in inner.EnumerateFiles().Where(file => ArtifactName.IsValid(file.Name)).OrderBy(file => file.Name, StringComparer.Ordinal))
                {
                    yield return file;
                }
            }
        }
    }

    private static IOrderedEnumerable<DirectoryInfo> Shards(DirectoryInfo folder) =>
        folder.EnumerateDirectories().Where(shard => shard.Name.Length == ShardLength && shard.Name.All(char.IsAsciiHexDigitLower)).OrderBy(shard => shard.Name, StringComparer.Ordinal);
}
