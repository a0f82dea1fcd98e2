using System.Collections.Immutable;

using Orleans.Concurrency;

namespace Continuity.Gpu;

/// <summary>
/// The fleet, and the tickets that wait for a GPU: the choice which of them a free GPU gets. The rules are pure functions. Durable are the GPUs that silos' configurations name
/// and operators add, those that operators removed, and their modes.
/// </summary>
[Alias("continuity.IGpuPoolGrain")]
public interface IGpuPoolGrain : IGrainWithStringKey
{
    /// <summary>The key of the pool that holds every GPU.</summary>
    const string Default = "default";

    /// <summary>
    /// Tells all GPUs that a silo's configuration names, or that a session brings: those are made known, and those that it named before and does not name now are taken out. One that
    /// an operator removed stays out, unless another session brings it anew. To be repeated: a session that is not heard of for a minute has ended.
    /// </summary>
    /// <param name="origin"><see cref="GpuOrigin.Configured"/> or <see cref="GpuOrigin.Session"/>.</param>
    /// <param name="owner">The silo's name, or the session's id.</param>
    /// <param name="gpus">The GPUs; none when the session ends.</param>
    /// <returns>When known, and stored where they are to stay.</returns>
    [Alias("advertise")]
    Task AdvertiseAsync(GpuOrigin origin, string owner, ImmutableArray<GpuRegistration> gpus);

    /// <summary>Adds a GPU for good. Does not look whether it can be reached; see <see cref="IGpuProbeGrain"/>.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <returns>What became of it.</returns>
    [Alias("add")]
    Task<GpuCommandResult> AddAsync(GpuRegistration gpu);

    /// <summary>
    /// Removes a GPU for good, until it is added again: it gets nothing new, what is staged there goes elsewhere, what runs goes on to its end. Done also when it was removed before.
    /// </summary>
    /// <param name="gpu">The GPU.</param>
    /// <returns>What became of it.</returns>
    [Alias("remove")]
    Task<GpuCommandResult> RemoveAsync(GpuId gpu);

    /// <summary>Pauses, drains or resumes a GPU; its mode stays until it is changed again.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="mode">The mode.</param>
    /// <returns>What became of it.</returns>
    [Alias("set-mode")]
    Task<GpuCommandResult> SetModeAsync(GpuId gpu, GpuMode mode);

    /// <summary>Puts a ticket into the pool. May be repeated: a ticket that waits already keeps its place, or gets the one of its new tier.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <returns>Why it waits, or why it never will go.</returns>
    [Alias("request")]
    Task<TicketAnswer> RequestAsync(Ticket ticket);

    /// <summary>Takes a ticket out of the pool.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <returns>When it is out.</returns>
    [Alias("withdraw")]
    Task WithdrawAsync(TicketId ticket);

    /// <summary>Asks for the next ticket for a GPU; called by the GPU's queue when it has a slot free, and from time to time.</summary>
    /// <param name="status">The GPU.</param>
    /// <returns>The ticket, which is out of the pool with this, or none: the queue is called when that may have changed. And what the pool wants of the queue.</returns>
    [Alias("take")]
    Task<TakeAnswer> TakeAsync(GpuStatus status);

    /// <summary>Tells what a GPU can run; called by the GPU's queue when the pool wants to know.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <param name="capabilities">What it can run.</param>
    /// <returns>When known.</returns>
    [Alias("describe")]
    Task DescribeAsync(GpuId gpu, GpuCapabilities capabilities);

    /// <summary>Lists the GPUs.</summary>
    /// <returns>One entry a GPU, in the order of their ids.</returns>
    [Alias("gpus"), AlwaysInterleave]
    Task<ImmutableArray<GpuView>> GetGpusAsync();

    /// <summary>Lists the waiting tickets, each with the reason why it waits.</summary>
    /// <param name="limit">How many at the most, 1 to 10,000.</param>
    /// <returns>The tickets, in the order in which they would go.</returns>
    [Alias("waiting"), AlwaysInterleave]
    Task<ImmutableArray<WaitingTicket>> GetWaitingAsync(int limit);

    /// <summary>Tells why a ticket waits, and for every GPU why it does not have it.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <returns>The answer; <see langword="null"/> when it does not wait here.</returns>
    [Alias("why"), AlwaysInterleave]
    Task<TicketWait?> WhyAsync(TicketId ticket);

    /// <summary>Tells what the rest of a pipeline would take, as far as it was learned. Who asks works out the rest.</summary>
    /// <param name="question">What is asked.</param>
    /// <returns>What is known.</returns>
    [Alias("costs"), AlwaysInterleave]
    Task<FleetCosts> GetCostsAsync(CostQuestion question);

    /// <summary>
    /// Compares what a pipeline's tasks need with what the fleet has. Where something is missing the GPUs are looked at again, as it may have been put there a moment ago:
    /// the report says so, and the question is to be repeated with the same time.
    /// </summary>
    /// <param name="groups">The tasks, by what they need.</param>
    /// <param name="asked">How long ago the question was first asked; zero the first time.</param>
    /// <returns>The tasks that no GPU can run.</returns>
    [Alias("preflight")]
    Task<PreflightReport> PreflightAsync(ImmutableArray<PreflightGroup> groups, TimeSpan asked);
}

/// <summary>What the pool answers to a GPU's queue.</summary>
/// <param name="Ticket">The ticket that the GPU gets, if any.</param>
/// <param name="Mode">What an operator wants of the GPU; <see langword="null"/> when the pool does not know the GPU (any more).</param>
/// <param name="WantsCapabilities">Whether the pool does not know what the GPU can run: no ticket goes there before it does.</param>
/// <param name="WantsLook">Whether the GPU's ComfyUI is to be asked again what it can run.</param>
/// <param name="AskAgainAfter">When to ask again though nothing happens until then: shortly before the executing prompt can end.</param>
/// <param name="Expected">What the ticket's prompt is thought to take there.</param>
[GenerateSerializer, Immutable, Alias("continuity.take-answer")]
public sealed record TakeAnswer(
    [property: Id(0)] Ticket? Ticket,
    [property: Id(1)] GpuMode? Mode = null,
    [property: Id(2)] bool WantsCapabilities = false,
    [property: Id(3)] bool WantsLook = false,
    [property: Id(4)] TimeSpan? AskAgainAfter = null,
    [property: Id(5)] ExpectedTime? Expected = null);

/// <summary>A waiting ticket with the reason why it waits.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Reason">Why, in words.</param>
[GenerateSerializer, Immutable, Alias("continuity.waiting-ticket")]
public sealed record WaitingTicket([property: Id(0)] Ticket Ticket, [property: Id(1)] string Reason);

/// <summary>What the pool says of a ticket.</summary>
/// <param name="Reason">Why it waits, or why no GPU of the fleet can take it, in words.</param>
/// <param name="Impossible">Whether no GPU of the fleet can take it; the ticket is not kept then.</param>
/// <param name="ExpectedStart">When it is likely to start; <see langword="null"/> when no GPU that can run it works.</param>
/// <param name="AskAgainAfter">The shortest time after which it makes sense to ask again; <see langword="null"/> when there is none. The more wait, the longer.</param>
[GenerateSerializer, Immutable, Alias("continuity.ticket-answer")]
public sealed record TicketAnswer(
    [property: Id(0)] string Reason,
    [property: Id(1)] bool Impossible,
    [property: Id(2)] DateTimeOffset? ExpectedStart = null,
    [property: Id(3)] TimeSpan? AskAgainAfter = null);
