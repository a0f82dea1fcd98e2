using System.Collections.Immutable;

using Continuity.Chaos.Journals;
using Continuity.Chaos.Processes;

namespace Continuity.Bench.Gap;

/// <summary>For how long a GPU does nothing between two prompts: from the end of one to the start of the next, inside ComfyUI.</summary>
internal static class Gaps
{
    /// <summary>Waits until the last of some prompts has ended in a simulator's journal.</summary>
    public static async Task<ImmutableArray<PromptStory>> EndedAsync(Func<ImmutableArray<PromptStory>> read, int after, int count) =>
        [.. (await Patience.UntilAsync(() => Task.FromResult(read()), stories => stories.Skip(after).Count(story => story.Status is not null) == count, stories => $"{stories.Length - after} of {count} prompts")).Skip(after)];

    /// <summary>The gaps in ms, in their order.</summary>
    public static List<double> Of(IEnumerable<PromptStory> stories)
    {
        var inOrder = stories.OrderBy(story => story.StartedAt).ToList();
        return [.. inOrder.Skip(1).Zip(inOrder, (next, story) => (next.StartedAt - story.EndedAt) * 1000)];
    }
}
