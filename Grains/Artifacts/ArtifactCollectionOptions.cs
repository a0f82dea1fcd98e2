namespace Continuity.Grains.Artifacts;

/// <summary>When unused artifacts are deleted by themselves.</summary>
public sealed class ArtifactCollectionOptions
{
    /// <summary>How often. Default <see langword="null"/>: only when a person asks for it. An hour or more.</summary>
    public TimeSpan? Every { get; set; }

    /// <summary>How long ago an artifact must have been stored for the last time. Default 24 h; an hour or more.</summary>
    public TimeSpan OlderThan { get; set; } = TimeSpan.FromHours(24);
}
