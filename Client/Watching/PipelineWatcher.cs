using System.Runtime.CompilerServices;

using Continuity.Client.Resilience;
using Continuity.Pipelines;

namespace Continuity.Client.Watching;

/// <summary>
/// Follows one pipeline over the death of silos and connections: watches again from the last version seen, drops what is older, and ends with the final update.
/// </summary>
internal sealed class PipelineWatcher(Func<long, CancellationToken, IAsyncEnumerable<PipelineUpdate>> watch, TimeSpan deadline, TimeProvider timeProvider)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public async IAsyncEnumerable<PipelineUpdate> WatchAsync(PipelineId id, long afterVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var version = afterVersion;
        var seen = false;
        var silentSince = timeProvider.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            Exception? error = null;
            await using var updates = watch(version, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                PipelineUpdate update;
                try
                {
                    if (!await updates.MoveNextAsync())
                    {
                        break;
                    }

                    update = updates.Current;
                }
                catch (Exception caught) when (TransientErrors.IsTransient(caught, cancellationToken)) // the watch is resumed below, from the last version
                {
                    error = caught;
                    break;
                }

                seen = true;
                silentSince = timeProvider.GetTimestamp();
                pause = FirstPause;
                if (update.Summary.Version < version)
                {
                    continue;
                }

                version = update.Summary.Version;
                yield return update;
                if (update.IsFinal)
                {
                    yield break;
                }
            }

            if (error is null && !seen)
            {
                throw new NotFoundException($"There is no pipeline {id}.");
            }

            if (timeProvider.GetElapsedTime(silentSince) > deadline)
            {
                throw new UnavailableException(
                    $"Could not follow pipeline {id}: nothing heard for {deadline.TotalSeconds:0.#} s{(error is null ? "" : $" ({error.Message})")}. It goes on where its cluster runs.",
                    error);
            }

            await Task.Delay(pause, timeProvider, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            seen = false;
        }
    }
}
