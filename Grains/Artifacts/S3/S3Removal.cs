namespace Continuity.Grains.Artifacts.S3;

/// <summary>
/// Keeps deletions and puts of the same content out of each other's way, though S3 has no conditional deletion. A put first makes the artifact young, then looks
/// for a mark of deletion, and last whether the artifact is still there; a deletion first sets its mark, then looks at the age. So either the deletion lets the
/// artifact live, or the put sees its mark, waits for its end, and stores the content anew. A deletion whose mark is gone again when the put looks for it is over:
/// then the put misses the artifact itself.
/// </summary>
/// <remarks>A mark counts for a limited time, since whoever set it may have died: the one who deletes gives up well before the one who waits does.</remarks>
internal sealed class S3Removal(S3Bucket bucket, TimeProvider time)
{
    // With the longest time that one deletion takes this stays below Patience.
    private static readonly TimeSpan Haste = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Makes an artifact young that is there already.</summary>
    public Task TouchAsync(string hash, CancellationToken cancellationToken) => bucket.MarkAsync(S3Keys.Touched(hash), cancellationToken);

    /// <summary>Waits until nobody is about to delete an artifact.</summary>
    /// <returns><see langword="false"/> when somebody was: then it may be gone.</returns>
    public async Task<bool> IsSafeAsync(string hash, CancellationToken cancellationToken)
    {
        if (await bucket.HeadAsync(S3Keys.Condemned(hash), cancellationToken) is null)
        {
            return true;
        }

        for (var since = time.GetTimestamp(); time.GetElapsedTime(since) < Patience;)
        {
            await Task.Delay(Pause, time, cancellationToken);
            if (await bucket.HeadAsync(S3Keys.Condemned(hash), cancellationToken) is null)
            {
                return false;
            }
        }

        // Whoever set it is dead, or does not act on it any more.
        await bucket.DeleteAsync(S3Keys.Condemned(hash), cancellationToken);
        return false;
    }

    /// <summary>Deletes an artifact unless it was stored again.</summary>
    /// <returns>Whether it was deleted.</returns>
    public async Task<bool> DeleteAsync(string hash, DateTimeOffset untouchedSince, CancellationToken cancellationToken)
    {
        if (!await IsOldAsync(hash, untouchedSince, cancellationToken))
        {
            return false;
        }

        var since = time.GetTimestamp();
        await bucket.MarkAsync(S3Keys.Condemned(hash), cancellationToken);
        var deletes = await IsOldAsync(hash, untouchedSince, cancellationToken) && time.GetElapsedTime(since) < Haste;
        if (deletes)
        {
            // When the answer to this is lost the mark stays: the deletion may yet be carried out.
            await bucket.DeleteAsync(S3Keys.Artifact(hash), cancellationToken);
            await bucket.DeleteAsync(S3Keys.Touched(hash), cancellationToken);
        }

        await bucket.DeleteAsync(S3Keys.Condemned(hash), cancellationToken);
        return deletes;
    }

    private async Task<bool> IsOldAsync(string hash, DateTimeOffset untouchedSince, CancellationToken cancellationToken) =>
        await bucket.HeadAsync(S3Keys.Artifact(hash), cancellationToken) is { } held
        && held.ModifiedAt < untouchedSince
        && (await bucket.HeadAsync(S3Keys.Touched(hash), cancellationToken) is not { } touched || touched.ModifiedAt < untouchedSince);
}
