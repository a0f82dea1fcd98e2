using Continuity.ComfyUI.Client;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>What was seen of a prompt's progress: passed on to people, and judged for a stall.</summary>
internal sealed class ProgressWatch(IAttemptHost host, TimeProvider time) : IProgress<PromptProgress>
{
    // A prompt that was sent over another connection, or waits behind another, shows no progress: it is given much longer.
    private const int UnseenPatience = 8;

    private DateTimeOffset _lastActivity = time.GetSteadyNow();
    private DateTimeOffset _followedSince = DateTimeOffset.MinValue;
    private DateTimeOffset? _executingSince;
    private DateTimeOffset? _pendingSince;
    private TimeSpan _longestSilence;
    private bool _live = true;
    private bool _wasUnseen;

    /// <summary>Whether the instance answered since the last <see cref="LookAgain"/>: while it does not there is an outage, not a stall.</summary>
    public bool Seen { get; private set; }

    /// <summary>Whether the prompt executes; else it waits in the instance's queue.</summary>
    public bool IsExecuting => _executingSince is not null;

    /// <summary>The longest time without a sign of progress while it executed; null when it was not seen throughout.</summary>
    public TimeSpan? LongestSilence => IsExecuting && !_wasUnseen ? _longestSilence : null;

    /// <summary>For how long it was seen to execute: until the last sign of it.</summary>
    public TimeSpan? SeenExecuting => _executingSince is { } since ? Positive(_lastActivity - since) : null;

    /// <summary>For how long it executes when it does so until now.</summary>
    public TimeSpan? ExecutesFor => _executingSince is { } since ? Positive(time.GetSteadyNow() - since) : null;

    /// <summary>For how long it stood in the instance's queue after its turn had come: something else executed there.</summary>
    /// <param name="turn">When nothing of this farm was before it any more.</param>
    /// <param name="until">When it left.</param>
    public TimeSpan BehindOthers(DateTimeOffset turn, DateTimeOffset until) =>
        _pendingSince is { } pending ? Positive((_executingSince ?? until) - (pending > turn ? pending : turn)) : TimeSpan.Zero;

    /// <summary>Following begins anew, after an outage.</summary>
    public void LookAgain()
    {
        Seen = false;
        _followedSince = time.GetSteadyNow();
        (_lastActivity, _wasUnseen) = (_followedSince, _wasUnseen || IsExecuting);
    }

    public void Report(PromptProgress value)
    {
        Seen = true;
        var lastActivity = value.LastActivity > _followedSince ? value.LastActivity : _followedSince;
        if (value.Phase == PromptPhase.Executing)
        {
            _wasUnseen |= !value.IsLive;
            if (IsExecuting && lastActivity - _lastActivity is var silence && silence > _longestSilence)
            {
                _longestSilence = silence;
            }

            _executingSince ??= value.LastActivity;
            host.Report(TaskPhase.Executing, value.Percent, value.NodeTitle);
        }
        else
        {
            _executingSince = null;
            _pendingSince ??= time.GetSteadyNow();
            host.Report(TaskPhase.Staged, null, value.Position is { } position ? $"number {position} of {value.QueueLength} in this ComfyUI's queue" : null);
        }

        (_live, _lastActivity) = (value.IsLive, lastActivity);
    }

    private static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    /// <summary>For how long there was no sign of progress, when that is too long; null when it is not.</summary>
    /// <param name="limit">How long an executing prompt may show none.</param>
    /// <param name="ceiling">The longest such limit.</param>
    public TimeSpan? Stalled(TimeSpan limit, TimeSpan ceiling)
    {
        var silence = time.GetSteadyNow() - _lastActivity;
        return Seen && silence > (_live && IsExecuting ? limit : ceiling * UnseenPatience) ? silence : null;
    }
}
