using System.Collections.Immutable;
using System.Text;

using Continuity.Chaos.Journals;

namespace Continuity.Bench.Swap;

/// <summary>What a run came to, by the client's clock and by what the simulators tell.</summary>
/// <param name="Makespan">From the first request to the last picture, in seconds.</param>
/// <param name="Loads">Models loaded.</param>
/// <param name="Unused">Of those, how many no picture was made with before the next load or the end.</param>
/// <param name="IdleAfterLoad">The longest time for which a GPU did nothing after a load, in seconds.</param>
/// <param name="Sequences">What each GPU executed; an asterisk stands before what was loaded.</param>
internal sealed record Run(double Makespan, int Loads, int Unused, double IdleAfterLoad, ImmutableArray<string> Sequences)
{
    // What a picture takes when its model is there.
    private const double Work = 0.6;

    public static Run Of(IReadOnlyList<ImmutableArray<PromptStory>> gpus, double makespan)
    {
        var (loads, unused, idle) = (0, 0, 0.0);
        foreach (var stories in gpus)
        {
            foreach (var story in stories)
            {
                for (var i = 0; i < story.Loads.Length; i++)
                {
                    loads++;
                    var isUsed = story.Outputs > 0 && i == story.Loads.Length - 1;
                    unused += isUsed ? 0 : 1;
                    idle = Math.Max(idle, isUsed ? story.EndedAt - story.Loads[i].At - Work : 0);
                }
            }
        }

        return new Run(makespan, loads, unused, idle, [.. gpus.Select(Sequence)]);
    }

    private static string Sequence(ImmutableArray<PromptStory> stories)
    {
        var (text, held) = (new StringBuilder(), Workload.Loaded);
        foreach (var story in stories.OrderBy(story => story.StartedAt))
        {
            held = story.Loads.IsEmpty ? held : story.Loads[^1].File[0];
            text.Append(story.Loads.IsEmpty ? "" : "*").Append(held);
        }

        return text.ToString();
    }
}
