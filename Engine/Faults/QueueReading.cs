using System.Collections.Immutable;

using Continuity.Gpu;

namespace Continuity.Engine.Faults;

/// <summary>Makes sense of what stands in a ComfyUI's queue, beside the slots that were given out.</summary>
public static class QueueReading
{
    /// <summary>The prompts of a farm whose attempt holds no slot: it is not known whether they are still wanted.</summary>
    /// <param name="queue">What stands in the queue.</param>
    /// <param name="farmId">The farm.</param>
    /// <param name="holders">The attempts that hold slots.</param>
    /// <returns>The prompts to ask for.</returns>
    public static ImmutableArray<QueuedWork> Doubtful(IReadOnlyCollection<QueuedWork> queue, string farmId, IReadOnlySet<TicketId> holders) =>
        [.. queue.Where(work => work.Owner?.FarmId == farmId && !holders.Contains(work.Owner.Ticket))];

    /// <summary>The prompts that take up the GPU though no slot accounts for them.</summary>
    /// <param name="queue">What stands in the queue.</param>
    /// <param name="farmId">The farm; <see langword="null"/> while it is not known, when every prompt counts as somebody else's.</param>
    /// <param name="holders">The attempts that hold slots. A prompt that an earlier attempt sent counts as the holder's where it took that over.</param>
    /// <param name="unwanted">Prompts that nobody will take up.</param>
    /// <returns>The prompts, the farm's own and the others.</returns>
    public static UnheldWork Unheld(IReadOnlyCollection<QueuedWork> queue, string? farmId, IReadOnlySet<TicketId> holders, IReadOnlySet<string> unwanted)
    {
        var own = queue.Where(work => work.Owner is { } owner && owner.FarmId == farmId).ToList();
        var sent = own.Select(work => work.Owner!.Ticket).ToHashSet();
        var takers = holders.Where(holder => !sent.Contains(holder)).Select(holder => holder.Task).ToHashSet();
        var unheld = ImmutableArray.CreateBuilder<QueuedWork>();
        foreach (var work in own.Where(work => !holders.Contains(work.Owner!.Ticket)))
        {
            if (unwanted.Contains(work.PromptId) || !takers.Remove(work.Owner!.Task))
            {
                unheld.Add(work);
            }
        }

        return new UnheldWork(unheld.ToImmutable(), queue.Count - own.Count);
    }
}
