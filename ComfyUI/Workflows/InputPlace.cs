using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Continuity.ComfyUI.Workflows;

/// <summary>A place in a workflow that a value can be written to.</summary>
/// <param name="NodeId">The node; ids of nodes in subgraphs contain colons.</param>
/// <param name="InputName">The node's input.</param>
internal readonly record struct InputPlace(string NodeId, string InputName)
{
    /// <summary>Reads <c>nodeId:inputName</c>, split at the last colon.</summary>
    public static bool TryParse(string text, out InputPlace place)
    {
        var colon = text.LastIndexOf(':');
        place = colon > 0 && colon < text.Length - 1 ? new InputPlace(text[..colon], text[(colon + 1)..]) : default;
        return place != default;
    }

    /// <summary>Finds the inputs of the node in a workflow.</summary>
    public bool TryFind(JsonObject graph, [NotNullWhen(true)] out string? nodeClass, [NotNullWhen(true)] out JsonObject? inputs)
    {
        nodeClass = graph[NodeId]?["class_type"]?.GetValue<string>();
        inputs = graph[NodeId]?["inputs"] as JsonObject;
        return nodeClass is not null && inputs is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{NodeId}:{InputName}";
}
