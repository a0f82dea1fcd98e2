using System.Text.Json;
using System.Text.Json.Nodes;

namespace Continuity.ComfyUI.Workflows;

/// <summary>What a workflow in API format must keep to, beyond what ComfyUI checks itself.</summary>
internal static class WorkflowRules
{
    public static IEnumerable<string> FaultsOf(JsonObject graph)
    {
        if (graph.Count == 0)
        {
            yield return "The workflow has no nodes.";
        }

        foreach (var (id, node) in graph)
        {
            if (node is not JsonObject members || members["class_type"] is not JsonValue type || !type.TryGetValue(out string? nodeClass) || nodeClass.Length == 0)
            {
                yield return $"Node {id} has no class_type: this is no workflow in API format.";
                continue;
            }

            if (members["inputs"] is not JsonObject inputs)
            {
                // ComfyUI accepts a node without inputs that no output needs, and its worker dies of it.
                yield return $"Node {id} ({nodeClass}) has no inputs object. Write \"inputs\": {{}}: without it the ComfyUI server would stop working.";
                continue;
            }

            foreach (var fault in inputs.SelectMany(input => FaultsOfInput(graph, $"Node {id} ({nodeClass}), input {input.Key}", input.Value)))
            {
                yield return fault;
            }
        }
    }

    /// <summary>Whether a value of an input is a link to another node's output.</summary>
    public static bool IsLink(JsonNode? value) => value is JsonArray { Count: 2 } pair && pair[1]?.GetValueKind() == JsonValueKind.Number
        && pair[0]?.GetValueKind() is JsonValueKind.String or JsonValueKind.Number;

    /// <summary>Whether a file name leaves the folder that it belongs in; ComfyUI's own loaders do not look.</summary>
    public static bool LeavesItsFolder(string path) =>
        path.StartsWith('/') || path.StartsWith('\\') || (path.Length > 1 && path[1] == ':' && char.IsAsciiLetter(path[0]))
        || path.Split('/', '\\').Contains("..", StringComparer.Ordinal);

    /// <summary>Whether an input names a media file to read.</summary>
    public static bool IsMediaFileInput(string nodeClass, string inputName) =>
        nodeClass.StartsWith("Load", StringComparison.Ordinal) && inputName is ("image" or "video" or "file" or "audio" or "mask" or "latent");

    private static IEnumerable<string> FaultsOfInput(JsonObject graph, string where, JsonNode? value)
    {
        if (!IsLink(value))
        {
            yield break;
        }

        if (value![0]!.GetValueKind() != JsonValueKind.String)
        {
            yield return $"{where}: a link's node id must be a text, found the number {value[0]!.ToJsonString()}. Write \"{value[0]!.ToJsonString()}\".";
        }
        else if (!graph.ContainsKey(value[0]!.GetValue<string>()))
        {
            yield return $"{where}: links to node {value[0]}, which is not in the workflow.";
        }
    }
}
