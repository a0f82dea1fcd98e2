using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Engine.Faults;
using Continuity.Gpu;
using Continuity.Grains.Stores;
using Continuity.Grains.Tasks;
using Continuity.Pipelines;

namespace Continuity.Grains.Gpu;

/// <summary>
/// What stands in one ComfyUI's queue, as of the last look, compared with the slots that were given out. The grain of a GPU may be made anew at any time, while
/// prompts of its earlier life go on.
/// </summary>
internal sealed class QueueWatch(IComfyClient client, UnwantedPrompts unwanted, GpuCareServices services)
{
    // By then whoever uses the GPU beside this farm is not about to be done.
    private static readonly TimeSpan ForeignPatience = TimeSpan.FromSeconds(30);

    private DateTimeOffset? _foreignSince;

    /// <summary>Whether there was a look at all: before it, nothing may be sent.</summary>
    public bool Known { get; private set; }

    /// <summary>The whole queue.</summary>
    public ImmutableArray<QueuedWork> Queue { get; private set; } = [];

    /// <summary>The part of it that no slot accounts for.</summary>
    public UnheldWork Unheld { get; private set; } = UnheldWork.None;

    /// <summary>How many prompts of this farm are in it; null when not known.</summary>
    public int? Own { get; private set; }

    /// <summary>The slots that this part takes up.</summary>
    public int Slots => Unheld.Slots(_foreignSince is { } since && services.Time.GetSteadyNow() - since >= ForeignPatience);

    /// <summary>Looks.</summary>
    /// <param name="holders">The attempts that hold slots now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The attempts that would take up a prompt that stands here, if they were given a slot.</returns>
    /// <exception cref="ComfyException">The instance does not answer.</exception>
    public async Task<ImmutableArray<TicketId>> LookAsync(Func<IEnumerable<TicketId>> holders, CancellationToken cancellationToken)
    {
        var held = holders().ToHashSet();
        var snapshot = await client.GetQueueAsync(cancellationToken);
        var queue = snapshot.Running.Select(prompt => Read(prompt, runs: true)).Concat(snapshot.Pending.Select(prompt => Read(prompt, runs: false))).ToImmutableArray();
        var farm = await FarmAsync(cancellationToken);
        var takers = farm is null ? [] : await unwanted.JudgeAsync(QueueReading.Doubtful(queue, farm, held));

        // What was given back since the look began is gone; what was given out since is not among the prompts.
        held.UnionWith(holders());
        (Queue, Unheld, Known) = (queue, QueueReading.Unheld(queue, farm, held, unwanted.All), true);
        Own = farm is null ? null : queue.Count(work => work.Owner?.FarmId == farm);
        _foreignSince = Unheld.Foreign > 0 ? _foreignSince ?? services.Time.GetSteadyNow() : null;
        return takers;
    }

    /// <summary>What was seen may no longer be true.</summary>
    public void Forget() => (Known, Own) = (false, null);

    /// <summary>A slot was given to the attempt that takes over what stands here of a task.</summary>
    public void TakenOver(TicketId ticket) => Unheld = Unheld.Without(ticket.Task);

    private static QueuedWork Read(QueuedPrompt prompt, bool runs) => new(prompt.PromptId, runs, PromptTags.Read(prompt.Tags), prompt.Number);

    private async Task<string?> FarmAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await services.Farm.GetAsync(cancellationToken);
        }
        catch (StoreException)
        {
            // Without the store nothing can be called unwanted.
            return null;
        }
    }
}
