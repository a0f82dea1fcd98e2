namespace Continuity.Engine.Faults;

/// <summary>
/// Judges whether a ComfyUI works prompts off, which its HTTP answers do not tell: a dead worker leaves its prompt running for ever, or leaves prompts waiting though
/// none runs, and everything else goes on.
/// </summary>
/// <param name="StuckPrompt">A prompt that goes on running though it was interrupted again and again.</param>
/// <param name="StuckSince">Since when that is known.</param>
/// <param name="IdleSince">Since when prompts wait though none runs.</param>
public sealed record WorkerHealth(string? StuckPrompt, DateTimeOffset? StuckSince, DateTimeOffset? IdleSince)
{
    /// <summary>Nothing is known against it.</summary>
    public static WorkerHealth Good { get; } = new(null, null, null);

    /// <summary>Takes in that a prompt could not be stopped.</summary>
    /// <param name="promptId">The prompt.</param>
    /// <param name="now">The time.</param>
    /// <returns>The health after it.</returns>
    public WorkerHealth CannotStop(string promptId, DateTimeOffset now) =>
        StuckPrompt == promptId ? this : this with { StuckPrompt = promptId, StuckSince = now };

    /// <summary>Takes in a look at the queue.</summary>
    /// <param name="queue">What stands in it.</param>
    /// <param name="now">The time.</param>
    /// <returns>The health after it.</returns>
    public WorkerHealth After(IReadOnlyCollection<QueuedWork> queue, DateTimeOffset now)
    {
        var isStuck = queue.Any(work => work.Runs && work.PromptId == StuckPrompt);
        var isIdle = queue.Count > 0 && !queue.Any(work => work.Runs);
        return new WorkerHealth(isStuck ? StuckPrompt : null, isStuck ? StuckSince : null, isIdle ? IdleSince ?? now : null);
    }

    /// <summary>Since when nothing is worked off.</summary>
    /// <param name="now">The time.</param>
    /// <param name="startLimit">How long prompts may wait though none runs: between two prompts ComfyUI tidies up, which takes seconds.</param>
    /// <returns>The time; <see langword="null"/> while nothing is wrong.</returns>
    public DateTimeOffset? StoppedSince(DateTimeOffset now, TimeSpan startLimit) => StuckSince ?? (IdleSince is { } idle && now - idle >= startLimit ? idle : null);

    /// <summary>Says what is wrong.</summary>
    /// <param name="now">The time.</param>
    /// <param name="startLimit">How long prompts may wait though none runs.</param>
    /// <returns>The fault and what to do, in words; <see langword="null"/> while nothing is wrong.</returns>
    public string? Problem(DateTimeOffset now, TimeSpan startLimit) => (StuckPrompt, StoppedSince(now, startLimit)) switch
    {
        (_, null) => null,
        ({ } prompt, _) => $"it answers, but prompt {prompt} neither goes on nor can be stopped: restart its ComfyUI",
        (null, _) => "it answers and takes prompts, but executes none any more: restart its ComfyUI",
    };
}
