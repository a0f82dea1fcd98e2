using System.Text.Json;

using Continuity.Tasks;

namespace Continuity.ComfyUI.Client;

/// <summary>Reads a prompt's entry in the history. Judges by the status, never by the outputs: failed and interrupted prompts have some too.</summary>
internal static class HistoryParser
{
    /// <summary>How a prompt ended; <see langword="null"/> when the history has no entry of it.</summary>
    public static PromptOutcome? Parse(JsonElement answer, string promptId)
    {
        if (answer.Property(promptId) is not { ValueKind: JsonValueKind.Object } entry)
        {
            return null;
        }

        var files = OutputParser.OfPrompt(entry.Property("outputs") ?? default);
        if (entry.Property("status") is not { ValueKind: JsonValueKind.Object } status || status.Text("status_str") == "success")
        {
            // Versions before 2024 write no status.
            return new PromptOutcome.Succeeded(files, Ran(entry.Property("status") ?? default));
        }

        foreach (var message in status.Items("messages").Where(message => message.ValueKind == JsonValueKind.Array && message.GetArrayLength() == 2).Reverse())
        {
            switch (message[0].ValueKind == JsonValueKind.String ? message[0].GetString() : null)
            {
                case "execution_interrupted":
                    return new PromptOutcome.Interrupted(Ran(status));
                case "execution_error":
                    return new PromptOutcome.Failed(ErrorOf(message[1], Graph(entry)), Ran(status));
            }
        }

        return new PromptOutcome.Failed(new TaskFault(FaultClass.Node, "ComfyUI says that the prompt failed, and does not say why. Its log may."));
    }

    public static TaskFault ErrorOf(JsonElement error, JsonElement graph)
    {
        var nodeId = error.Property("node_id") is { ValueKind: not JsonValueKind.Null } id ? id.ToString() : null;
        return FaultClassifier.OfExecution(
            error.Text("exception_type") ?? "",
            error.Text("exception_message") ?? "it gave no reason",
            nodeId,
            error.Text("node_type"),
            nodeId is null ? null : TitleOf(graph, nodeId));
    }

    public static string? TitleOf(JsonElement graph, string nodeId) => graph.Property(nodeId)?.Property("_meta")?.Text("title");

    // Every one of these messages carries the milliseconds of ComfyUI's clock.
    private static TimeSpan? Ran(JsonElement status)
    {
        double? start = null, end = null;
        foreach (var message in status.ValueKind == JsonValueKind.Object ? status.Items("messages") : [])
        {
            if (message.ValueKind == JsonValueKind.Array && message.GetArrayLength() == 2 && message[0].ValueKind == JsonValueKind.String && message[1].Number("timestamp") is { } at)
            {
                start = message[0].GetString() == "execution_start" ? at : start;
                end = message[0].GetString() is "execution_success" or "execution_error" or "execution_interrupted" ? at : end;
            }
        }

        return end >= start ? TimeSpan.FromMilliseconds((end - start).Value) : null;
    }

    private static JsonElement Graph(JsonElement entry) =>
        entry.Property("prompt") is { ValueKind: JsonValueKind.Array } tuple && tuple.GetArrayLength() > 2 ? tuple[2] : default;
}
