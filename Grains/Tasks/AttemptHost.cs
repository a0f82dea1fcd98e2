using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>What a task's grain does for the attempt that it runs.</summary>
internal interface IAttemptHost
{
    /// <summary>The pipeline to report to.</summary>
    IPipelineTasks Pipeline { get; }

    /// <summary>Waits in the pool until a slot is granted.</summary>
    /// <exception cref="AttemptFault">No GPU of the fleet can run it.</exception>
    Task<Lease> WaitForSlotAsync(Ticket ticket, CancellationToken cancellationToken);

    /// <summary>Takes a slot for a prompt that is on a GPU already.</summary>
    Task<Lease> AdoptSlotAsync(AttemptRecord attempt, CancellationToken cancellationToken);

    /// <summary>Since when the slot is, or was, the one that the GPU executes; null when that is not so, or not known.</summary>
    DateTimeOffset? TurnAt { get; }

    /// <summary>When the slot was given back.</summary>
    DateTimeOffset? ReturnedAt { get; }

    /// <summary>Tells the GPU that the prompt stands in its queue.</summary>
    /// <param name="number">Its number there: lower goes first; null when it did not tell.</param>
    void Posted(double? number);

    /// <summary>Gives the slot back, if one is held.</summary>
    Task ReleaseSlotAsync(SlotOutcome outcome);

    /// <summary>How long the prompt in the slot may execute without a sign of progress, where that was learned.</summary>
    TimeSpan? StallAfter { get; }

    /// <summary>Why a GPU executes nothing any more, in words; null when nothing is known against it.</summary>
    Task<string?> WhyGpuStuckAsync(GpuId gpu);

    /// <summary>Whether some other GPU could do the work now.</summary>
    Task<bool> OtherGpuWorksAsync(GpuId than);

    /// <summary>Tells people what the attempt does now.</summary>
    void Report(TaskPhase phase, double? percent = null, string? detail = null);
}

/// <summary>An attempt failed in a way that its task's history should tell.</summary>
internal sealed class AttemptFault(TaskFault fault) : Exception(fault.Message)
{
    public TaskFault Fault { get; } = fault;
}
