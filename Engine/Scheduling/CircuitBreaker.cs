using System.Collections.Immutable;

using Continuity.Tasks;

namespace Continuity.Engine.Scheduling;

/// <summary>
/// Keeps work away from a GPU that fails again and again. A fault of the GPU itself opens it at once, three failures in a row that may be its fault do too; after a pause one prompt is let
/// through, and its end closes the breaker or opens it for twice as long. What fails while it is open started before: it belongs to the fault that opened it.
/// </summary>
/// <param name="Failures">The failures in a row that count.</param>
/// <param name="OpenUntil">Closed to work until then; <see langword="null"/> when closed breaker, that is, open for work.</param>
/// <param name="Trips">How many times in a row it opened.</param>
public sealed record CircuitBreaker(ImmutableArray<string> Failures, DateTimeOffset? OpenUntil, int Trips)
{
    /// <summary>How many failures in a row open it (the origin system's number).</summary>
    public const int Threshold = 3;

    private const string Broken = "broken";

    // From 30 s to 10 min, unless configured.
    private const int LongestPause = 20;

    /// <summary>The breaker of a GPU about which nothing bad is known.</summary>
    public static CircuitBreaker Healthy { get; } = new([], null, 0);

    /// <summary>How long it stays open the first time. Doubles with each trial that fails, up to 20 times as long.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many prompts may be under way at this moment.</summary>
    /// <param name="now">The time.</param>
    /// <param name="slots">The slots of the GPU.</param>
    /// <returns>0 while open, 1 for the probe after the pause, else all slots.</returns>
    public int Allowed(DateTimeOffset now, int slots) => OpenUntil switch
    {
        null => slots,
        { } until when IsOpen(until, now) => 0,
        _ => 1,
    };

    /// <summary>Says why a GPU is kept away from work, or tried.</summary>
    /// <param name="now">The time.</param>
    /// <returns>The reason in words; <see langword="null"/> when it is neither.</returns>
    public string? Problem(DateTimeOffset now) => OpenUntil is not { } until
        ? null
        : IsOpen(until, now)
            ? $"kept away from work after {Reason}; from {until:HH:mm:ss} UTC one prompt tries it"
            : $"on trial after {Reason}: one prompt at a time until one succeeds";

    private string Reason => Failures.Contains(Broken) ? "a fault of the GPU or its ComfyUI" : $"{Failures.Length} failures in a row";

    /// <summary>Takes in how a prompt ended.</summary>
    /// <param name="fault">The sort of fault, or <see langword="null"/> for success.</param>
    /// <param name="profileId">The workflow profile: three failures of one and the same workflow point at the workflow, not at the GPU.</param>
    /// <param name="now">The time.</param>
    /// <returns>The breaker after it.</returns>
    public CircuitBreaker After(FaultClass? fault, string profileId, DateTimeOffset now)
    {
        var key = fault switch
        {
            null => "",
            FaultClass.Gpu => Broken,
            FaultClass.Stalled or FaultClass.Server => $"gpu-{Failures.Length}",
            FaultClass.Node or FaultClass.NoOutput => profileId,
            _ => null,
        };
        if (key is null)
        {
            return this;
        }

        if (key.Length == 0)
        {
            return Healthy with { FirstPause = FirstPause };
        }

        var failures = Failures.Contains(key) ? Failures : Failures.Add(key);
        if (OpenUntil is { } open && IsOpen(open, now))
        {
            return this with { Failures = failures };
        }

        return failures.Length >= Threshold || OpenUntil is not null || fault == FaultClass.Gpu
            ? this with { Failures = failures, OpenUntil = now + Pause, Trips = Trips + 1 }
            : this with { Failures = failures };
    }

    // Further away than any pause only lies what a clock that was set back makes of it.
    private bool IsOpen(DateTimeOffset until, DateTimeOffset now) => now < until && until - now <= FirstPause * LongestPause;

    private TimeSpan Pause => FirstPause * Math.Min(Math.Pow(2, Math.Min(Trips, 10)), LongestPause);
}
