using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Continuity.ComfyUI.Workflows;

/// <summary>How much work a prompt is, as a text: prompts of one workflow with the same text take about as long on the same GPU.</summary>
public static class WorkSize
{
    // Inputs of core nodes and of usual packs that run time goes with. What files hold is not among them.
    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "width", "height", "length", "frames", "num_frames", "video_frames", "batch_size", "steps", "megapixels", "scale_by", "upscale_by", "multiplier", "resolution",
    };

    /// <summary>Whether run time goes with an input.</summary>
    /// <param name="inputName">The node's input.</param>
    /// <returns>Whether it does.</returns>
    internal static bool Counts(string inputName) => Names.Contains(inputName);

    /// <summary>Reads the sizes out of a graph.</summary>
    /// <param name="graph">The graph in API format.</param>
    /// <returns>Such as <c>height=480 length=81 steps=20 width=832</c>; empty when it names none.</returns>
    public static string Of(JsonObject graph)
    {
        var sizes = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (_, node) in graph)
        {
            if ((node as JsonObject)?["inputs"] is not JsonObject inputs)
            {
                continue;
            }

            foreach (var (name, value) in inputs)
            {
                if (Names.Contains(name) && value is JsonValue number && number.GetValueKind() == JsonValueKind.Number)
                {
                    sizes.Add(string.Create(CultureInfo.InvariantCulture, $"{name}={number}"));
                }
            }
        }

        return string.Join(' ', sizes);
    }
}
