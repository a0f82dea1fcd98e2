using System.Globalization;

using Continuity.Tasks;

namespace Continuity.Engine.Faults;

/// <summary>What is tried next after a fault: one policy for each sort of fault.</summary>
public static class FaultPolicy
{
    /// <summary>How many times a task may bring its GPU down, or hang there, before it is given up as poisoned.</summary>
    public const int MaxLosses = 3;

    /// <summary>A bound on attempts of any sort since a person last had the task begin anew, so that no crash loop goes on for ever.</summary>
    public const int MaxAttempts = 100;

    // A restart of ComfyUI loses what is staged once; what is lost again and again waits longer and longer.
    private const int FreeAttempts = 3;

    // So much is added at the most, that tasks do not move in step.
    private const double Jitter = 0.25;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    /// <summary>The longest pause before a task is tried again: 75 s.</summary>
    public static TimeSpan LongestPause => LongestDelay * (1 + Jitter);

    /// <summary>Decides what happens after an attempt failed.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="row">The task's row, with the failed attempt counted.</param>
    /// <param name="maxRetries">How many retries the task may use; 0 or more.</param>
    /// <returns>The decision.</returns>
    public static FaultDecision Decide(TaskFault fault, TaskRow row, int maxRetries)
    {
        if (row.RoundAttempts >= MaxAttempts)
        {
            return new FaultDecision.GiveUp(fault with { Message = $"Given up after {row.RoundAttempts} attempts. Last fault: {fault.Message}" });
        }

        return fault.Class switch
        {
            FaultClass.Validation or FaultClass.Poisoned => new FaultDecision.GiveUp(fault),
            FaultClass.Missing or FaultClass.OutOfMemory => fault.GpuId is null ? new FaultDecision.GiveUp(fault) : TryElsewhere(fault),
            FaultClass.Drained => new FaultDecision.TryAgain(TimeSpan.Zero, Charged: false, CountsAsLoss: false, Avoid: null),
            FaultClass.Lost when !fault.WhileExecuting => new FaultDecision.TryAgain(
                row.RoundAttempts <= FreeAttempts ? TimeSpan.Zero : Delay(row, row.RoundAttempts - FreeAttempts), Charged: false, CountsAsLoss: false, Avoid: null),
            FaultClass.Connection => new FaultDecision.TryAgain(Delay(row, row.RoundAttempts - 1), Charged: false, CountsAsLoss: false, Avoid: Avoidance(fault)),
            FaultClass.Lost or FaultClass.Gpu or FaultClass.Stalled or FaultClass.Server => Loss(fault, row),
            _ => Retry(fault, row, maxRetries),
        };
    }

    /// <summary>How long to wait before the next try: doubles from 1 s to 60 s, with up to a quarter added so that tasks do not move in step.</summary>
    /// <param name="row">The task's row; the delay grows with its retries and losses, and the spread is derived from its id and attempt.</param>
    /// <returns>The delay.</returns>
    public static TimeSpan Delay(TaskRow row) => Delay(row, row.Retries + row.Losses);

    private static TimeSpan Delay(TaskRow row, int doublings)
    {
        doublings = Math.Clamp(doublings, 0, 6);
        var delay = Math.Min(FirstDelay.TotalSeconds * Math.Pow(2, doublings), LongestDelay.TotalSeconds);
        return TimeSpan.FromSeconds(delay * (1 + (Jitter * Spread(row.TaskId, row.Attempts))));
    }

    private static FaultDecision Retry(TaskFault fault, TaskRow row, int maxRetries) =>
        row.Retries < maxRetries
            ? new FaultDecision.TryAgain(Delay(row), Charged: true, CountsAsLoss: false, Avoidance(fault))
            : new FaultDecision.GiveUp(fault);

    private static FaultDecision Loss(TaskFault fault, TaskRow row) =>
        row.Losses + 1 < MaxLosses
            ? new FaultDecision.TryAgain(Delay(row), Charged: false, CountsAsLoss: true, Avoidance(fault))
            : new FaultDecision.GiveUp(new TaskFault(
                FaultClass.Poisoned,
                string.Create(CultureInfo.InvariantCulture, $"Given up: {row.Losses + 1} attempts ended with the GPU's ComfyUI gone, stuck or failing. Last: {fault.Message}"),
                fault.NodeId,
                fault.GpuId));

    // The GPU cannot run this task as it is: never the same GPU again. Whether another one can is for the pool to say.
    private static FaultDecision.TryAgain TryElsewhere(TaskFault fault) =>
        new(TimeSpan.Zero, Charged: false, CountsAsLoss: false, Avoidance(fault));

    private static GpuExclusion? Avoidance(TaskFault fault) =>
        fault.GpuId is { } gpu ? new GpuExclusion(gpu, fault.Class, fault.Message) : null;

    private static double Spread(string taskId, int attempt)
    {
        var hash = 2166136261u;
        foreach (var c in taskId)
        {
            hash = (hash ^ c) * 16777619u;
        }

        hash = (hash ^ (uint)attempt) * 16777619u;
        return hash / (double)uint.MaxValue;
    }
}

/// <summary>What happens after a fault.</summary>
public abstract record FaultDecision
{
    private FaultDecision()
    {
    }

    /// <summary>The task failed for good.</summary>
    /// <param name="Fault">Why.</param>
    public sealed record GiveUp(TaskFault Fault) : FaultDecision;

    /// <summary>The task is tried again.</summary>
    /// <param name="After">How long to wait.</param>
    /// <param name="Charged">Whether it uses up a retry.</param>
    /// <param name="CountsAsLoss">Whether it counts towards giving the task up as poisoned.</param>
    /// <param name="Avoid">The GPU to keep away from, if any.</param>
    public sealed record TryAgain(TimeSpan After, bool Charged, bool CountsAsLoss, GpuExclusion? Avoid) : FaultDecision;
}
