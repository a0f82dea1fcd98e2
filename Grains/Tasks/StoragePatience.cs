using Continuity.Grains.Artifacts;
using Continuity.Grains.Media;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>
/// A storage of artifacts that is full or away, or a machine without ffmpeg or room for its files, is no fault of the task that meets it: the task says so and waits.
/// </summary>
internal static class StoragePatience
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    /// <summary>Does something with the artifact store or with ffmpeg, again and again until the store as a whole, and the machine, do what they should.</summary>
    /// <exception cref="ArtifactStoreException">Something is wrong with one artifact only.</exception>
    /// <exception cref="MediaException">Something is wrong with a clip.</exception>
    public static async Task<T> WithStorageAsync<T>(
        this IAttemptHost host, AttemptServices services, TaskPhase phase, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (Exception exception) when (exception is ArtifactStoreException { IsAboutOneArtifact: false } or MediaUnavailableException)
            {
                host.Report(phase, detail: $"{exception.Message} It goes on when that works again.");
                await Task.Delay(Again, services.Time, cancellationToken);
            }
        }
    }
}
