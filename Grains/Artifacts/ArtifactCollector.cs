using Continuity.Artifacts;
using Continuity.Grains.Stores;
using Continuity.Pipelines;

namespace Continuity.Grains.Artifacts;

/// <summary>
/// Deletes artifacts that no pipeline names and that were not stored lately. Whoever stores a file has that long to have it named: storing makes old content young
/// again, and a deletion leaves alone what became young after it was looked at.
/// </summary>
internal sealed class ArtifactCollector(IArtifactStore artifacts, IPipelineStore pipelines, TimeProvider time)
{
    private const int PageSize = 500;
    private const int DeletionsAtOnce = 8;

    /// <summary>Does a run to its end.</summary>
    /// <param name="run">What to do.</param>
    /// <param name="report">Told how far it is.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    /// <returns>The run at its end. Faults of the stores are told in it.</returns>
    public async Task<ArtifactCollection> RunAsync(ArtifactCollection run, Action<ArtifactCollection> report, CancellationToken cancellationToken)
    {
        try
        {
            // A farm that knows nothing of these files' pipelines would delete them all.
            var farm = await pipelines.GetFarmIdAsync(cancellationToken);
            if (await artifacts.ClaimAsync(farm, cancellationToken) is var owner && owner != farm)
            {
                throw new ArtifactStoreException(
                    $"The artifacts in the {artifacts.Name} belong to farm {owner}, not to this one, {farm}: nothing is deleted. Give every farm a place of its own for its " +
                    "artifacts; when the other farm is gone for good and this one took over its pipelines, delete the note of the owner there.");
            }

            var cutoff = await artifacts.GetTimeAsync(cancellationToken) - run.OlderThan;
            await foreach (var page in PagesAsync(cancellationToken))
            {
                var (count, bytes) = await CollectAsync(page, cutoff, run.DryRun, cancellationToken);
                run = run with
                {
                    Examined = run.Examined + page.Count,
                    ExaminedBytes = run.ExaminedBytes + page.Sum(artifact => artifact.Size),
                    Deleted = run.Deleted + count,
                    DeletedBytes = run.DeletedBytes + bytes,
                };
                report(run);
            }
        }
        catch (Exception exception) when (exception is ArtifactStoreException or StoreException or IOException or UnauthorizedAccessException)
        {
            run = run with { Error = exception.Message };
        }

        return run with { EndedAt = time.GetUtcNow() };
    }

    private async IAsyncEnumerable<List<StoredArtifact>> PagesAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = new List<StoredArtifact>(PageSize);
        await foreach (var artifact in artifacts.ListAsync(cancellationToken))
        {
            page.Add(artifact);
            if (page.Count == PageSize)
            {
                yield return page;
                page = new List<StoredArtifact>(PageSize);
            }
        }

        if (page.Count > 0)
        {
            yield return page;
        }
    }

    private async Task<(long Count, long Bytes)> CollectAsync(List<StoredArtifact> page, DateTimeOffset cutoff, bool dryRun, CancellationToken cancellationToken)
    {
        var old = page.Where(artifact => artifact.TouchedAt < cutoff).ToList();
        if (old.Count == 0)
        {
            return (0, 0);
        }

        var named = await pipelines.FindReferencedAsync([.. old.Select(artifact => artifact.Sha256)], cancellationToken);
        var unused = old.Where(artifact => !named.Contains(artifact.Sha256)).ToList();
        if (dryRun)
        {
            return (unused.Count, unused.Sum(artifact => artifact.Size));
        }

        long count = 0, bytes = 0;
        await Parallel.ForEachAsync(unused, new ParallelOptions { MaxDegreeOfParallelism = DeletionsAtOnce, CancellationToken = cancellationToken }, async (artifact, token) =>
        {
            if (await artifacts.DeleteAsync(artifact.Sha256, cutoff, token))
            {
                Interlocked.Increment(ref count);
                Interlocked.Add(ref bytes, artifact.Size);
            }
        });
        return (count, bytes);
    }
}
