using System.Text.Json;

using Continuity.Chaos.Processes;

namespace Continuity.Cluster.Tests.Processes;

/// <summary>A process that follows a pipeline and writes JSON lines.</summary>
internal sealed record ExportProcess(ProgramRun Program, string Pipeline)
{
    /// <summary>The changes of tasks that it has told so far. A killed process may leave half a line, which is none.</summary>
    public IReadOnlyList<TaskChange> Changes =>
    [
        .. Program.Output.Select(Parse).OfType<JsonElement>().Where(line => line.TryGetProperty("task", out _)).Select(line => new TaskChange(
            line.GetProperty("task").GetString()!,
            line.GetProperty("state").GetString()!,
            line.GetProperty("attempt").GetInt32(),
            line.GetProperty("status").GetString()!)),
    ];

    /// <summary>The line that tells the end.</summary>
    public JsonElement Last => Program.Output is [.., var line] && Parse(line) is { } last && last.TryGetProperty("counts", out _)
        ? last
        : throw new InvalidOperationException($"There is no line about the end.\n{Program.Tail}");

    /// <summary>Waits until tasks have changed in this way.</summary>
    public Task ToldAsync(int count, Func<TaskChange, bool> isIt) => Patience.UntilAsync(
        () => Task.FromResult(Changes), changes => changes.Count(isIt) >= count, _ => Program.Tail);

    private static JsonElement? Parse(string line)
    {
        try
        {
            return JsonDocument.Parse(line).RootElement;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A task changed.</summary>
internal sealed record TaskChange(string Task, string State, int Attempt, string PipelineStatus);
