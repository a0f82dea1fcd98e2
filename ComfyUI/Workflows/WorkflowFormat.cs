using System.Text.Json;
using System.Text.Json.Nodes;

namespace Continuity.ComfyUI.Workflows;

/// <summary>Brings the layouts in which workflow files occur to ComfyUI's API format.</summary>
public static class WorkflowFormat
{
    private const string HowToExport =
        "In ComfyUI choose Workflow → Export (API); in older versions switch on the dev mode options and choose “Save (API Format)”.";

    /// <summary>Files that people write may have comments; a name given twice is a mistake that would go unnoticed.</summary>
    internal static readonly JsonDocumentOptions ReadOptions = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        AllowDuplicateProperties = false,
    };

    /// <summary>Reads a workflow: in API format, wrapped in <c>{"prompt": …}</c>, or with its nodes as an object under <c>nodes</c>.</summary>
    /// <param name="json">JSON text.</param>
    /// <returns>An object of node id to <c>class_type</c>, <c>inputs</c> and <c>_meta</c>.</returns>
    /// <exception cref="WorkflowException">It is no workflow, one in the editor's own format, or one that would harm the server that runs it.</exception>
    public static JsonObject Parse(string json)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(json, documentOptions: ReadOptions);
        }
        catch (JsonException failure)
        {
            throw new WorkflowException($"The workflow is not well-formed JSON: {failure.Message}");
        }

        var graph = Nodes(root);
        var faults = WorkflowRules.FaultsOf(graph).ToArray();
        return faults.Length == 0 ? graph : throw new WorkflowException([.. faults]);
    }

    private static JsonObject Nodes(JsonNode? root)
    {
        if (root is not JsonObject envelope)
        {
            throw new WorkflowException("Expected a workflow as a JSON object of nodes, found something else.");
        }

        if (envelope["prompt"] is JsonObject wrapped && !IsNode(wrapped))
        {
            return Nodes(wrapped.DeepClone());
        }

        switch (envelope["nodes"])
        {
            case JsonArray:
                throw new WorkflowException($"The workflow is in the editor's own format, which only the editor can convert. Export it in API format: {HowToExport}");
            case JsonObject hybrid when !IsNode(hybrid):
                return (JsonObject)hybrid.DeepClone();
        }

        // The API format proper, perhaps with an envelope's other members around the nodes.
        return new JsonObject(envelope.Where(member => !IsRemark(member)).Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
    }

    // Editors and people leave remarks beside the nodes, under names that no node has.
    private static bool IsRemark(KeyValuePair<string, JsonNode?> member) =>
        member.Key is "_meta" or "version" or "extra" or "extra_data" or "client_id" or "extra_pnginfo" || (member.Key.StartsWith('_') && !IsNode(member.Value));

    private static bool IsNode(JsonNode? node) => node is JsonObject members && members.ContainsKey("class_type");
}
