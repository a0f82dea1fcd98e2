using Continuity.Grains.Artifacts;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>A storage of artifacts that is full or away is no fault of the task that meets it: the task says so and waits.</summary>
internal static class StoragePatience
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    /// <summary>Does something with the artifact store, again and again until the store as a whole does what it should.</summary>
    /// <exception cref="ArtifactStoreException">Something is wrong with one artifact only.</exception>
    public static async Task<T> WithStorageAsync<T>(
        this IAttemptHost host, AttemptServices services, TaskPhase phase, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (ArtifactStoreException exception) when (!exception.IsAboutOneArtifact)
            {
                host.Report(phase, detail: $"{exception.Message} It goes on when that works again.");
                await Task.Delay(Again, services.Time, cancellationToken);
            }
        }
    }
}
