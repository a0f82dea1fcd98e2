using System.Collections.Immutable;
using System.Text.Json;

namespace Continuity.ComfyUI.Client;

/// <summary>
/// Finds the files among the outputs of a prompt: everything that has a <c>filename</c> in any list under any key. The keys tell nothing: core nodes list videos
/// under <c>images</c>, custom ones under <c>gifs</c> or names of their own.
/// </summary>
internal static class OutputParser
{
    public static ImmutableArray<OutputFile> OfPrompt(JsonElement outputs) => outputs.ValueKind == JsonValueKind.Object
        ? InOrder(outputs.EnumerateObject().SelectMany(node => OfNode(node.Name, node.Value)))
        : [];

    public static IEnumerable<OutputFile> OfNode(string nodeId, JsonElement output)
    {
        if (output.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (var list in output.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.Array))
        {
            foreach (var item in list.Value.EnumerateArray())
            {
                // Newer loaders show the file they read in the same way: what lies in the input folder was not made by the prompt.
                if (item.Text("filename") is { Length: > 0 } fileName && item.Text("type") != "input")
                {
                    yield return new OutputFile(nodeId, fileName, item.Text("subfolder") ?? "", item.Text("type") is { Length: > 0 } type ? type : "output");
                }
            }
        }
    }

    public static ImmutableArray<OutputFile> InOrder(IEnumerable<OutputFile> files) => [.. files.Distinct().OrderBy(file => file.IsMain ? 0 : 1)];
}
