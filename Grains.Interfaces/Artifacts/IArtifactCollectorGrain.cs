namespace Continuity.Artifacts;

/// <summary>Deletes artifacts that no pipeline names. There is one, <see cref="Default"/>, and it does one run at a time.</summary>
[Alias("continuity.IArtifactCollectorGrain")]
public interface IArtifactCollectorGrain : IGrainWithStringKey
{
    /// <summary>The key of the only one.</summary>
    const string Default = "default";

    /// <summary>
    /// The least age in hours, 1. Between the moment in which a file is stored and the one in which a pipeline names it nothing tells that it is needed but its age.
    /// </summary>
    const int LeastHours = 1;

    /// <summary>
    /// Starts a run, or tells how far it is: to be called again and again with the same id until it has ended. A run that was lost with its silo begins anew.
    /// </summary>
    /// <param name="operationId">Identifies the run, chosen by the caller.</param>
    /// <param name="dryRun">Whether it only counts.</param>
    /// <param name="olderThan">Only content that was stored for the last time longer ago is deleted; <see cref="LeastHours"/> or more.</param>
    /// <returns>The run; another one, with another id, when that must end first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The age is too small.</exception>
    [Alias("start")]
    Task<ArtifactCollection> StartAsync(Guid operationId, bool dryRun, TimeSpan olderThan);
}
