using Continuity.Tasks;

using Orleans.Concurrency;

namespace Continuity.Gpu;

/// <summary>
/// One ComfyUI instance: its health, its breaker and its slots. It serializes prompts: one executing, and at most one staged behind it so that the GPU never
/// idles. Every slot is a lease with an epoch; reports of any other epoch are refused.
/// </summary>
[Alias("continuity.IGpuQueueGrain")]
public interface IGpuQueueGrain : IGrainWithStringKey
{
    /// <summary>Starts work on the instance, or makes sure it goes on.</summary>
    /// <param name="gpu">The GPU; its id must be this grain's key.</param>
    /// <returns>When started.</returns>
    [Alias("start")]
    Task StartAsync(GpuRegistration gpu);

    /// <summary>Stops taking tickets; what runs goes on to its end.</summary>
    /// <param name="takeBack">Whether what is only staged is taken back, to go elsewhere.</param>
    /// <returns>When stopped.</returns>
    [Alias("stop")]
    Task StopAsync(bool takeBack);

    /// <summary>Tells that a ticket for this GPU may be waiting.</summary>
    /// <returns>When taken.</returns>
    [Alias("nudge"), OneWay]
    Task NudgeAsync();

    /// <summary>Has a staged prompt taken back, so that its task waits for a GPU anew; one that has started goes on. May be lost.</summary>
    /// <param name="ticket">The attempt.</param>
    /// <param name="reason">Why, in a sentence for the task's history.</param>
    /// <returns>When taken.</returns>
    [Alias("recall"), OneWay]
    Task RecallAsync(TicketId ticket, string reason);

    /// <summary>Gives a slot to an attempt whose prompt is in this ComfyUI already, without a ticket.</summary>
    /// <param name="ticket">The attempt.</param>
    /// <param name="address">The address recorded with it, used when the GPU is not registered.</param>
    /// <returns>The slot, under a new epoch.</returns>
    [Alias("adopt")]
    Task<Lease> AdoptAsync(TicketId ticket, Uri address);

    /// <summary>Asks whether a slot is still in the books: a queue that was made anew on another silo knows none of before.</summary>
    /// <param name="ticket">The attempt.</param>
    /// <param name="lease">The slot.</param>
    /// <returns><see langword="false"/> when it is not: to be adopted again.</returns>
    [Alias("confirm"), AlwaysInterleave]
    Task<bool> ConfirmAsync(TicketId ticket, Lease lease);

    /// <summary>Tells that the prompt of a slot stands in ComfyUI's queue, so that the next one comes behind it.</summary>
    /// <param name="ticket">The attempt.</param>
    /// <param name="lease">The slot.</param>
    /// <param name="number">Its number there: lower goes first. <see langword="null"/> when ComfyUI did not tell.</param>
    /// <returns>When sent.</returns>
    [Alias("posted"), OneWay]
    Task PostedAsync(TicketId ticket, Lease lease, double? number);

    /// <summary>Gives a slot back. To be called the moment the GPU is free, before outputs are fetched.</summary>
    /// <param name="ticket">The attempt.</param>
    /// <param name="lease">The slot.</param>
    /// <param name="outcome">How the prompt ended, which feeds the breaker.</param>
    /// <returns><see langword="false"/> when the lease is not the current one.</returns>
    [Alias("release")]
    Task<bool> ReleaseAsync(TicketId ticket, Lease lease, SlotOutcome outcome);

    /// <summary>Asks whether the GPU executes anything at all, for attempts whose prompts wait in its ComfyUI.</summary>
    /// <returns>Why it does not, in words; <see langword="null"/> when nothing is known against it.</returns>
    [Alias("stuck"), AlwaysInterleave]
    Task<string?> WhyStuckAsync();

    /// <summary>Describes the GPU.</summary>
    /// <returns>Its view; <see langword="null"/> before it was ever started.</returns>
    [Alias("get"), AlwaysInterleave]
    Task<GpuView?> GetAsync();
}

/// <summary>How the use of a slot ended.</summary>
/// <param name="Fault">The sort of fault; <see langword="null"/> for success or when nothing was sent.</param>
/// <param name="Executed">Whether a prompt was executed to its end.</param>
/// <param name="StuckPromptId">A prompt that ComfyUI still calls running though it could not be stopped: the GPU is of no use until that is gone.</param>
/// <param name="LongestSilence">The longest time without a sign of progress while it executed; <see langword="null"/> when it was not seen throughout.</param>
/// <param name="Ran">How long the prompt executed, loading included, when it succeeded.</param>
[GenerateSerializer, Immutable, Alias("continuity.slot-outcome")]
public sealed record SlotOutcome(
    [property: Id(0)] FaultClass? Fault,
    [property: Id(1)] bool Executed,
    [property: Id(2)] string? StuckPromptId = null,
    [property: Id(3)] TimeSpan? LongestSilence = null,
    [property: Id(4)] TimeSpan? Ran = null);
