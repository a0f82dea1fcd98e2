using System.Threading.Channels;

using Continuity.Tasks;

namespace Continuity.ComfyUI.Client;

/// <summary>Waits for the end of one prompt: looks at queue and history whenever a message gives reason to, and from time to time in any case.</summary>
internal sealed class PromptFollower(
    PromptTracker tracker, PromptLookup lookup, ComfySocket socket, ComfyClientOptions options, TimeProvider time, IProgress<PromptProgress>? progress)
{
    // The history is written a moment after the success is told.
    private static readonly TimeSpan EndingInterval = TimeSpan.FromMilliseconds(100);

    // Two looks in a row must agree that a prompt is nowhere.
    private const int LooksForLost = 2;

    private readonly Channel<bool> _signal = tracker.AddFollower();
    private readonly long _since = time.GetTimestamp();
    private DateTimeOffset _lookedAt;
    private DateTimeOffset _reportedAt;
    private DateTimeOffset? _outageSince;
    private PromptProgress? _reported;
    private bool _isUntold;
    private int _nowhere;

    public async Task<PromptOutcome> FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var outcome = await LookAsync(cancellationToken);

                // At the end too: the last picture may not have been passed on yet. While the instance does not answer there is nothing to tell.
                if (_outageSince is null)
                {
                    Report();
                }

                if (outcome is not null)
                {
                    return outcome;
                }

                await WaitForReasonToLookAsync(cancellationToken);
            }
        }
        finally
        {
            tracker.RemoveFollower(_signal);
        }
    }

    private bool IsLive => tracker.ClientId is { } clientId && clientId == socket.ClientId;

    private async Task<PromptOutcome?> LookAsync(CancellationToken cancellationToken)
    {
        _lookedAt = time.GetSteadyNow();
        try
        {
            var where = await lookup.FindAsync(tracker.PromptId, tracker, cancellationToken);
            _outageSince = null;
            _nowhere = where is Whereabouts.Unknown ? _nowhere + 1 : 0;
            DistrustSilence(where);
            return where switch
            {
                Whereabouts.Ended(PromptOutcome.Succeeded { Outputs: var saved, Ran: var ran }) when !saved.Any(file => file.IsMain) && tracker.Blocked is { } blocked =>
                    new PromptOutcome.Failed(HistoryParser.ErrorOf(blocked, tracker.Graph), ran),
                Whereabouts.Ended(var outcome) => outcome,
                Whereabouts.Unknown when tracker.OutputsIfSucceeded is { } outputs => new PromptOutcome.Succeeded(outputs),
                Whereabouts.Unknown when _nowhere >= LooksForLost => new PromptOutcome.Lost(),
                _ => null,
            };
        }
        catch (ComfyUnreachableException failure)
        {
            _outageSince ??= _lookedAt;
            if (time.GetSteadyNow() - _outageSince < options.OutagePatience)
            {
                return null;
            }

            throw new ComfyUnreachableException($"Lost sight of prompt {tracker.PromptId}: {failure.Message}", failure);
        }
    }

    // A connection that stands and yet told nothing about a prompt of its own will tell nothing about the next one either.
    private void DistrustSilence(Whereabouts where)
    {
        if (tracker.Messages > 0 || !IsLive || tracker.RunningSince is not { } since)
        {
            return;
        }

        if (where is Whereabouts.Ended || time.GetSteadyNow() - since > options.LivelinessWindow)
        {
            socket.Distrust(tracker.ClientId!, tracker.PromptId);
        }
    }

    private async Task WaitForReasonToLookAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = time.GetSteadyNow();
            var untilLook = _lookedAt + Interval() - now;
            if (untilLook <= TimeSpan.Zero || tracker.TakeMustLook())
            {
                return;
            }

            // Reports are spaced; what comes in between is in the next one. The end comes in between, too.
            var untilReport = _isUntold ? _reportedAt + options.ProgressInterval - now : TimeSpan.MaxValue;
            if (untilReport <= TimeSpan.Zero)
            {
                Report();
            }
            else if (await IsSignalledAsync(untilReport < untilLook ? untilReport : untilLook, cancellationToken))
            {
                _isUntold = true;
                if (tracker.TakeQueueChanged() && (tracker.IsPending || !IsLive))
                {
                    await DelayAsync(_lookedAt + EndingInterval - time.GetSteadyNow(), cancellationToken);
                    return;
                }
            }
        }
    }

    private async Task<bool> IsSignalledAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(within, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await _signal.Reader.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private TimeSpan Interval()
    {
        if (_nowhere > 0 || (tracker.IsEnding && _outageSince is null))
        {
            return EndingInterval;
        }

        var isLively = IsLive && (tracker.IsPending || time.GetSteadyNow() - tracker.LastMessageAt < options.LivelinessWindow);
        return isLively ? options.LivePollInterval : DeafInterval();
    }

    // What nothing is heard of is looked at as often as its age deserves: a short prompt is soon found done, a long one costs little.
    private TimeSpan DeafInterval()
    {
        var byAge = time.GetElapsedTime(_since) / 8;
        var atLeast = byAge > EndingInterval ? byAge : EndingInterval;
        return atLeast < options.DeafPollInterval ? atLeast : options.DeafPollInterval;
    }

    private void Report()
    {
        _isUntold = false;
        var snapshot = tracker.Snapshot(IsLive);
        if (snapshot != _reported)
        {
            // Where there was nothing to tell, nothing need be waited for after it.
            (_reported, _reportedAt) = (snapshot, time.GetSteadyNow());
            progress?.Report(snapshot);
        }
    }

    private async Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, time, cancellationToken);
        }
    }
}
