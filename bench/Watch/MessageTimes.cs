using System.Globalization;
using System.Text.Json;

using Continuity.Chaos.Processes;
using Continuity.Pipelines;

namespace Continuity.Bench.Watch;

/// <summary>When the simulated GPUs sent what, by the machine's steady clock, which all processes share.</summary>
internal sealed class MessageTimes
{
    private readonly Dictionary<(string Task, Mark Mark), long> _sent = [];

    /// <summary>Everything that was sent: which mark of which task, and when.</summary>
    public IReadOnlyDictionary<(string Task, Mark Mark), long> Sent => _sent;

    /// <summary>Reads what was sent about the tasks of one pipeline.</summary>
    public static MessageTimes Of(GpuRack rack, string log, PipelineId pipeline) =>
        Read(log, rack.Addresses.Length, rack.Stories.Where(story => story.Pipeline == pipeline.Value).ToDictionary(story => story.Id, story => story.Task, StringComparer.Ordinal));

    /// <summary>Reads what was sent about prompts.</summary>
    /// <param name="log">The file of the first simulator without its number.</param>
    /// <param name="gpus">How many simulators wrote one.</param>
    /// <param name="tasks">The tasks by the ids of their prompts.</param>
    public static MessageTimes Read(string log, int gpus, IReadOnlyDictionary<string, string> tasks)
    {
        var times = new MessageTimes();
        for (var gpu = 1; gpu <= gpus; gpu++)
        {
            using var reader = new StreamReader(new FileStream(gpus == 1 ? log : $"{log}.{gpu}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            while (reader.ReadLine() is { } line)
            {
                var space = line.IndexOf(' ', StringComparison.Ordinal);
                using var message = JsonDocument.Parse(line.AsMemory(space + 1));
                if (Marks.Of(message.RootElement) is { } mark && tasks.TryGetValue(mark.Prompt, out var task))
                {
                    // The same step is told in two sorts of message: the first counts.
                    times._sent.TryAdd((task, mark.Mark), long.Parse(line.AsSpan(0, space), CultureInfo.InvariantCulture));
                }
            }
        }

        return times;
    }
}
