using System.Collections.Immutable;

using Orleans.Concurrency;

namespace Continuity.Gpu;

/// <summary>The tickets that wait for a GPU, and the choice which of them a free GPU gets. The rules are pure functions.</summary>
[Alias("continuity.IGpuPoolGrain")]
public interface IGpuPoolGrain : IGrainWithStringKey
{
    /// <summary>The key of the pool that holds every GPU.</summary>
    const string Default = "default";

    /// <summary>Makes a GPU known, and starts its queue. May be repeated.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <returns>When known.</returns>
    [Alias("register")]
    Task RegisterAsync(GpuRegistration gpu);

    /// <summary>Takes a GPU out: it gets no more tickets, and what runs on it goes on to its end.</summary>
    /// <param name="gpu">The GPU.</param>
    /// <returns>When out.</returns>
    [Alias("unregister")]
    Task UnregisterAsync(GpuId gpu);

    /// <summary>Puts a ticket into the pool. May be repeated: a ticket that waits already keeps its place.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <returns>Why it waits, or why it never will go.</returns>
    [Alias("request")]
    Task<TicketAnswer> RequestAsync(Ticket ticket);

    /// <summary>Takes a ticket out of the pool.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <returns>When it is out.</returns>
    [Alias("withdraw")]
    Task WithdrawAsync(TicketId ticket);

    /// <summary>Asks for the next ticket for a GPU; called by the GPU's queue when it has a slot free.</summary>
    /// <param name="status">The GPU.</param>
    /// <returns>The ticket, which is out of the pool with this; or <see langword="null"/>: the queue is called when that may have changed.</returns>
    [Alias("take")]
    Task<Ticket?> TakeAsync(GpuStatus status);

    /// <summary>Lists the GPUs.</summary>
    /// <returns>One entry a GPU, in the order of their ids.</returns>
    [Alias("gpus"), AlwaysInterleave]
    Task<ImmutableArray<GpuView>> GetGpusAsync();

    /// <summary>Lists the waiting tickets, each with the reason why it waits.</summary>
    /// <param name="limit">How many at the most, 1 to 10,000.</param>
    /// <returns>The tickets, in the order in which they would go.</returns>
    [Alias("waiting"), AlwaysInterleave]
    Task<ImmutableArray<WaitingTicket>> GetWaitingAsync(int limit);
}

/// <summary>A waiting ticket with the reason why it waits.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="Reason">Why, in words.</param>
[GenerateSerializer, Immutable, Alias("continuity.waiting-ticket")]
public sealed record WaitingTicket([property: Id(0)] Ticket Ticket, [property: Id(1)] string Reason);

/// <summary>What the pool says of a ticket.</summary>
/// <param name="Reason">Why it waits, or why no GPU of the fleet can take it, in words.</param>
/// <param name="Impossible">Whether no GPU of the fleet can take it; the ticket is not kept then.</param>
[GenerateSerializer, Immutable, Alias("continuity.ticket-answer")]
public sealed record TicketAnswer([property: Id(0)] string Reason, [property: Id(1)] bool Impossible);
