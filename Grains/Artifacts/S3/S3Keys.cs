namespace Continuity.Grains.Artifacts.S3;

/// <summary>The keys in a bucket, after the prefix.</summary>
internal static class S3Keys
{
    /// <summary>In front of all artifacts.</summary>
    public const string Artifacts = "sha256/";

    /// <summary>In front of all marks of time.</summary>
    public const string TouchedAll = "touched/";

    /// <summary>The note of whose artifacts these are.</summary>
    public const string Owner = "owner";

    /// <summary>Empty; written to see whether one can write, and for the time.</summary>
    public const string Probe = "probe";

    /// <summary>The artifact itself.</summary>
    public static string Artifact(string hash) => Artifacts + ArtifactName.Checked(hash);

    /// <summary>Empty; its time is when the content was stored again for the last time.</summary>
    public static string Touched(string hash) => TouchedAll + ArtifactName.Checked(hash);

    /// <summary>Empty; there while somebody is about to delete the artifact.</summary>
    public static string Condemned(string hash) => "condemned/" + ArtifactName.Checked(hash);
}
