using System.Globalization;

using Continuity.Chaos.Checks;
using Continuity.Chaos.Faults;

namespace Continuity.Chaos.Runs;

/// <summary>What happened when, for a person who wants to know why.</summary>
public static class Timeline
{
    // Shorter silences are ordinary.
    private static readonly TimeSpan Notable = TimeSpan.FromSeconds(1);

    /// <summary>Lists what was done, what was recorded, and when watchers heard nothing, in the order of time.</summary>
    public static string Of(DateTimeOffset begun, Strike strike, IEnumerable<PipelineEvidence> pipelines)
    {
        var lines = new List<(DateTimeOffset At, string Text)>();
        lines.AddRange(strike.Notes.Select(note => (note.At, $"*** {note.What}")));
        foreach (var pipeline in pipelines)
        {
            var id = pipeline.Definition.Id;
            lines.AddRange(pipeline.History.Select(line => (line.At, $"{id} v{line.Version} {line.TaskId} {line.Name}: {line.Text}")));
            var sights = pipeline.Watch.Sights;
            lines.AddRange(sights.Zip(sights.Skip(1))
                .Where(pair => pair.Second.At - pair.First.At > Notable)
                .Select(pair => (pair.First.At, $"{id} the watcher hears nothing for {(pair.Second.At - pair.First.At).TotalSeconds:0.0} s, until version {pair.Second.Version}")));
        }

        return string.Join('\n', lines.OrderBy(line => line.At).Select(line => string.Create(CultureInfo.InvariantCulture, $"{(line.At - begun).TotalSeconds,7:0.00}  {line.Text}")));
    }
}
