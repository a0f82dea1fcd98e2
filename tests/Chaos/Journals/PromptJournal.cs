using System.Collections.Immutable;
using System.Text.Json;

namespace Continuity.Chaos.Journals;

/// <summary>Reads the journal of a simulated ComfyUI: one JSON line for each thing that happened to a prompt.</summary>
public static class PromptJournal
{
    /// <summary>Reads a journal that may still be written to.</summary>
    public static ImmutableArray<PromptStory> Read(string path)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return Read(Lines(reader));
    }

    /// <summary>Reads the lines of a journal.</summary>
    public static ImmutableArray<PromptStory> Read(IEnumerable<string> lines)
    {
        var stories = new List<PromptStory>();
        var living = new Dictionary<string, int>(StringComparer.Ordinal);
        var executing = -1;
        var life = 0;
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            var name = root.GetProperty("event").GetString()!;
            if (name == "life")
            {
                life++;
                foreach (var index in living.Values)
                {
                    stories[index] = stories[index] with { Lost = true };
                }

                living.Clear();
                continue;
            }

            if (name == "loaded")
            {
                stories[executing] = stories[executing] with { Loads = [.. stories[executing].Loads, (Text(root, "file"), At(root))] };
                continue;
            }

            var id = root.GetProperty("id").GetString()!;
            if (name == "accepted")
            {
                living[id] = stories.Count;
                stories.Add(new PromptStory(id, Text(root, "pipeline"), Text(root, "task"), life));
                continue;
            }

            if (living.TryGetValue(id, out var at))
            {
                stories[at] = After(stories[at], name, root);
                executing = name == "started" ? at : executing;
                if (stories[at] is { Removed: true } or { Forgotten: true })
                {
                    living.Remove(id);
                }
            }
        }

        return [.. stories];
    }

    private static PromptStory After(PromptStory story, string name, JsonElement line) => name switch
    {
        "started" => story with { Executions = story.Executions + 1, StartedAt = At(line) },
        "ended" => story with { Status = line.GetProperty("status").GetString(), Outputs = line.GetProperty("outputs").GetInt32(), EndedAt = At(line) },
        "removed" => story with { Removed = true },
        "forgotten" => story with { Forgotten = true },
        _ => throw new InvalidDataException($"The journal tells of '{name}', which nobody knows."),
    };

    private static double At(JsonElement line) => line.TryGetProperty("at", out var at) ? at.GetDouble() : 0;

    private static string Text(JsonElement line, string key) => line.TryGetProperty(key, out var value) ? value.GetString() ?? "" : "";

    // A line that is not ended yet is being written.
    private static IEnumerable<string> Lines(StreamReader reader) => reader.ReadToEnd().Split('\n')[..^1].Where(line => line.Length > 0);
}
