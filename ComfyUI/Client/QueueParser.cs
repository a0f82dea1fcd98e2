using System.Collections.Immutable;
using System.Text.Json;

namespace Continuity.ComfyUI.Client;

/// <summary>Reads the answer of <c>/queue</c>.</summary>
internal static class QueueParser
{
    public static QueueSnapshot? Parse(JsonElement answer) =>
        answer.Property("queue_running") is { ValueKind: JsonValueKind.Array } running && answer.Property("queue_pending") is { ValueKind: JsonValueKind.Array } pending
            ? new QueueSnapshot(Prompts(running), [.. Prompts(pending).OrderBy(prompt => prompt.Number).ThenBy(prompt => prompt.PromptId, StringComparer.Ordinal)])
            : null;

    private static ImmutableArray<QueuedPrompt> Prompts(JsonElement list) =>
        [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Array && item.GetArrayLength() >= 2).Select(Prompt)];

    // [number, id, graph, extra data, output nodes], and in later versions more.
    private static QueuedPrompt Prompt(JsonElement tuple)
    {
        var length = tuple.GetArrayLength();
        var extra = length > 3 ? tuple[3] : default;
        var tags = extra.ValueKind == JsonValueKind.Object
            ? extra.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.String && property.Name != "client_id")
                .ToImmutableDictionary(property => property.Name, property => property.Value.GetString()!)
            : ImmutableDictionary<string, string>.Empty;
        return new QueuedPrompt(tuple[1].ToString(), tuple[0].ValueKind == JsonValueKind.Number ? tuple[0].GetDouble() : 0, tags)
        {
            ClientId = extra.ValueKind == JsonValueKind.Object ? extra.Text("client_id") : null,
            Graph = length > 2 ? tuple[2].Clone() : default,
            OutputNodes = length > 4 && tuple[4].ValueKind == JsonValueKind.Array ? [.. tuple[4].EnumerateArray().Select(id => id.ToString())] : [],
        };
    }
}
