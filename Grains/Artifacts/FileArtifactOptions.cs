namespace Continuity.Grains.Artifacts;

/// <summary>Where the folder artifact store keeps its files.</summary>
public sealed class FileArtifactOptions
{
    /// <summary>The store's folder, created when it is missing. Several silos may share it. Required.</summary>
    public string Directory { get; set; } = "";

    /// <summary>
    /// How long an unfinished file must have been left alone before a start sweeps it away. Default one hour: no upload pauses that long between two chunks, and
    /// a file that a living process on this machine holds open is kept whatever its age.
    /// </summary>
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromHours(1);
}
