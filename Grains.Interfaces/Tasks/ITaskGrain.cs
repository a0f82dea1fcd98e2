using System.Collections.Immutable;

using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Profiles;

using Orleans.Concurrency;

namespace Continuity.Tasks;

/// <summary>
/// One attempt at a task: gets the inputs ready, asks for a slot, has the attempt recorded, sends the prompt, follows it, collects the outputs, reports.
/// It has no durable state of its own: the pipeline's row is the truth.
/// </summary>
[Alias("continuity.ITaskGrain")]
public interface ITaskGrain : IGrainWithStringKey
{
    /// <summary>
    /// Starts an attempt in the background, or makes sure it goes on and still has its ticket or its slot. A call for an older attempt is ignored, a newer one
    /// replaces it.
    /// </summary>
    /// <param name="assignment">What to do.</param>
    /// <returns>When taken.</returns>
    [Alias("start")]
    Task StartAsync(TaskAssignment assignment);

    /// <summary>Ends the attempt: withdraws its ticket, removes or interrupts its prompt, then reports it cancelled.</summary>
    /// <param name="assignment">The attempt to cancel; a grain that does not know it first re-attaches to it.</param>
    /// <returns>When taken.</returns>
    [Alias("cancel"), AlwaysInterleave]
    Task CancelAsync(TaskAssignment assignment);

    /// <summary>Offers a slot.</summary>
    /// <param name="ticket">The ticket it is for.</param>
    /// <param name="lease">The slot.</param>
    /// <returns>Whether it is taken; a refused slot goes to the next ticket.</returns>
    [Alias("grant"), AlwaysInterleave]
    Task<bool> GrantAsync(TicketId ticket, Lease lease);

    /// <summary>Asks whether this grain still uses a slot.</summary>
    /// <param name="lease">The slot.</param>
    /// <returns><see langword="false"/> when it does not: the slot may be given away.</returns>
    [Alias("holds"), AlwaysInterleave]
    Task<bool> HoldsAsync(Lease lease);

    /// <summary>
    /// Asks for a slot back: its GPU is to be emptied, or the prompt should go elsewhere. A prompt that has not started is taken out of the ComfyUI, and its task waits for another GPU; one that has goes on. May be
    /// repeated, and has to be: what was not there yet is taken back when it is.
    /// </summary>
    /// <param name="lease">The slot.</param>
    /// <param name="reason">Why, in a sentence for the task's history.</param>
    /// <returns>When taken; the slot is returned later, or at the prompt's end.</returns>
    [Alias("take-back"), AlwaysInterleave]
    Task TakeBackAsync(Lease lease, string reason);

    /// <summary>Tells that a staged slot is the one whose turn it is: what was before it on the GPU has ended. For the account only; may be lost.</summary>
    /// <param name="lease">The slot.</param>
    /// <returns>When taken.</returns>
    [Alias("turn"), AlwaysInterleave, OneWay]
    Task TellTurnAsync(Lease lease);
}

/// <summary>All that a task's grain needs for an attempt.</summary>
[GenerateSerializer, Immutable, Alias("continuity.assignment")]
public sealed record TaskAssignment
{
    /// <summary>The pipeline.</summary>
    [Id(0)] public required PipelineId PipelineId { get; init; }

    /// <summary>What to do.</summary>
    [Id(1)] public required TaskDefinition Task { get; init; }

    /// <summary>The attempt's number.</summary>
    [Id(2)] public required int Attempt { get; init; }

    /// <summary>The workflow, for tasks that have one.</summary>
    [Id(3)] public WorkflowProfile? Profile { get; init; }

    /// <summary>The results of the tasks this one depends on.</summary>
    [Id(4)] public ImmutableDictionary<string, TaskResult> Dependencies { get; init; } = ImmutableDictionary<string, TaskResult>.Empty;

    /// <summary>The attempt as recorded, when it is under way already and is to be taken up again.</summary>
    [Id(5)] public AttemptRecord? Recorded { get; init; }

    /// <summary>GPUs to keep away from.</summary>
    [Id(6)] public ImmutableArray<GpuExclusion> ExcludedGpus { get; init; } = [];

    /// <summary>Tier of its ticket.</summary>
    [Id(7)] public PipelinePriority Priority { get; init; } = PipelinePriority.Normal;

    /// <summary>When the pipeline was accepted: the older goes first inside a tier.</summary>
    [Id(8)] public DateTimeOffset PipelineCreatedAt { get; init; }

    /// <summary>The task's place in its pipeline, from 0: the earlier goes first among those that became ready together.</summary>
    [Id(9)] public int Order { get; init; }

    /// <summary>A seed that replaces the definition's.</summary>
    [Id(10)] public long? SeedOverride { get; init; }

    /// <summary>An earlier attempt whose prompt could not be found: when its GPU is granted again, it is looked for once more before anything is sent.</summary>
    [Id(11)] public AttemptRecord? Lost { get; init; }

    /// <summary>Who wants the pipeline; empty when nobody in particular does.</summary>
    [Id(12)] public string Owner { get; init; } = "";

    /// <summary>Whether its pipeline is late for its deadline.</summary>
    [Id(13)] public bool IsLate { get; init; }

    /// <summary>Since when it waits, where its last attempt was taken back before it started: it keeps its place.</summary>
    [Id(14)] public DateTimeOffset? WaitingSince { get; init; }
}
