namespace Continuity.Engine.Faults;

/// <summary>When a ComfyUI is to be restarted by command.</summary>
public static class RestartPolicy
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(30);

    /// <summary>Says whether it is time.</summary>
    /// <param name="signs">What is seen of the instance.</param>
    /// <param name="history">The restarts so far.</param>
    /// <param name="patience">How long it must have executed nothing, or have been out of reach.</param>
    /// <param name="now">The time.</param>
    /// <returns>The reason in words; <see langword="null"/> when nothing is to be done, or not yet.</returns>
    public static string? Due(RestartSigns signs, RestartHistory history, TimeSpan patience, DateTimeOffset now)
    {
        if (history.LastAt is { } last && now - last < Pause(history.InARow))
        {
            return null;
        }

        return signs switch
        {
            { StoppedSince: { } stopped } when now - stopped >= patience => "it executes nothing any more",
            { UnreachableSince: { } away } when now - away >= patience => "it does not answer",
            { Recycle: { } reason, IsIdle: true } => reason,
            _ => null,
        };
    }

    /// <summary>How long to wait after a restart before the next one: it doubles from 1 to 30 min while none helps.</summary>
    /// <param name="inARow">Restarts since a prompt was last executed to its end; 1 or more.</param>
    /// <returns>The pause.</returns>
    public static TimeSpan Pause(int inARow) => TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << Math.Clamp(inARow - 1, 0, 10), LongestPause.Ticks));
}

/// <summary>What is seen of a ComfyUI that may have to be restarted.</summary>
/// <param name="StoppedSince">Since when it executes nothing though it answers.</param>
/// <param name="UnreachableSince">Since when it does not answer.</param>
/// <param name="Recycle">Why it is to be made anew though it works.</param>
/// <param name="IsIdle">Whether nobody's prompt is in it: one that works is not restarted under anybody.</param>
public sealed record RestartSigns(DateTimeOffset? StoppedSince, DateTimeOffset? UnreachableSince, string? Recycle, bool IsIdle);

/// <summary>The restarts of a ComfyUI.</summary>
/// <param name="InARow">How many there were since a prompt was last executed to its end.</param>
/// <param name="LastAt">When the last one was over.</param>
public sealed record RestartHistory(int InARow, DateTimeOffset? LastAt)
{
    /// <summary>None.</summary>
    public static RestartHistory None { get; } = new(0, null);

    /// <summary>Takes in a restart, whether it went well or not.</summary>
    /// <param name="now">The time when it was over.</param>
    /// <returns>The history after it.</returns>
    public RestartHistory After(DateTimeOffset now) => new(InARow + 1, now);

    /// <summary>Takes in that a prompt was executed to its end.</summary>
    /// <returns>The history after it.</returns>
    public RestartHistory Worked() => InARow == 0 ? this : this with { InARow = 0 };
}
