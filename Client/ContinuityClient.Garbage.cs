using Continuity.Artifacts;

namespace Continuity.Client;

/// <content>What tidies up.</content>
public sealed partial class ContinuityClient
{
    private static readonly TimeSpan CollectionPoll = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Deletes the stored files that no pipeline names: those of pipelines that were removed, of attempts that were given up, and uploads that were never used. Files
    /// that were stored lately stay, since a pipeline may be about to name them. A run of somebody else is waited for.
    /// </summary>
    /// <param name="dryRun">Whether to count only.</param>
    /// <param name="olderThan">How long ago a file must have been stored for the last time; an hour or more, <see langword="null"/> for 24 hours.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends the wait; the run goes on.</param>
    /// <returns>The run at its end.</returns>
    /// <exception cref="CollectionFailedException">It ended early.</exception>
    public async Task<ArtifactCollection> CollectGarbageAsync(
        bool dryRun = false,
        TimeSpan? olderThan = null,
        IProgress<ArtifactCollection>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var age = olderThan ?? TimeSpan.FromHours(24);
        ArgumentOutOfRangeException.ThrowIfLessThan(age, TimeSpan.FromHours(IArtifactCollectorGrain.LeastHours), nameof(olderThan));
        var collector = _grains.GetGrain<IArtifactCollectorGrain>(IArtifactCollectorGrain.Default);
        var operation = Guid.NewGuid();
        while (true)
        {
            var run = await _calls.RunAsync("collect unused artifacts", () => collector.StartAsync(operation, dryRun, age), cancellationToken);
            if (run.OperationId == operation)
            {
                progress?.Report(run);
                if (run.EndedAt is not null)
                {
                    return run.Error is null ? run : throw new CollectionFailedException(run);
                }
            }

            await Task.Delay(CollectionPoll, _options.TimeProvider, cancellationToken);
        }
    }
}
