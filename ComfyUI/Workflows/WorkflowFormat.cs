using System.Text.Json.Nodes;

namespace Continuity.ComfyUI.Workflows;

/// <summary>Brings the layouts in which workflow files occur to ComfyUI's API format.</summary>
public static class WorkflowFormat
{
    /// <summary>Reads a workflow: in API format, wrapped in <c>{"prompt": …}</c>, or with its nodes as an object under <c>nodes</c>.</summary>
    /// <param name="json">JSON text.</param>
    /// <returns>An object of node id to <c>class_type</c>, <c>inputs</c> and <c>_meta</c>.</returns>
    /// <exception cref="WorkflowException">It is no workflow, one in the editor's own format, or one that would harm the server that runs it.</exception>
    public static JsonObject Parse(string json) => throw new NotSupportedException();
}
