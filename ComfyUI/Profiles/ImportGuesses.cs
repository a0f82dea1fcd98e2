using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

using Continuity.ComfyUI.Workflows;
using Continuity.Profiles;

namespace Continuity.ComfyUI.Profiles;

/// <summary>Guesses what the inputs of a workflow are for, from the classes and titles of its nodes.</summary>
internal static class ImportGuesses
{
    // Only inputs whose names leave no doubt, at classes that decide for the whole workflow.
    private static readonly ImmutableArray<(string Name, string InputName, Func<string, bool> Class)> NumberPlaces =
    [
        (InputNames.Steps, "steps", IsSampler),
        (InputNames.Cfg, "cfg", IsSampler),
        (InputNames.Width, "width", IsLatentSource),
        (InputNames.Height, "height", IsLatentSource),
        (InputNames.Frames, "length", IsLatentSource),
        (InputNames.Fps, "fps", nodeClass => nodeClass == "CreateVideo"),
        (InputNames.Fps, "frame_rate", nodeClass => nodeClass == "VHS_VideoCombine"),
        (InputNames.Multiplier, "multiplier", nodeClass => nodeClass.Contains("VFI", StringComparison.Ordinal)),
    ];

    /// <summary>Where texts, pictures and videos probably go: a text node titled “positive” or else the first, one titled “negative” or else another, and so on.</summary>
    public static IEnumerable<(string Name, string Place)> Of(JsonObject graph)
    {
        var texts = Nodes(graph).Where(node => node.Class == "CLIPTextEncode" && HasLiteral(node, "text")).ToArray();
        var positive = texts.FirstOrDefault(node => Titled(node, "positive")) ?? texts.FirstOrDefault(node => !Titled(node, "negative"));
        var negative = texts.FirstOrDefault(node => node != positive && Titled(node, "negative")) ?? texts.FirstOrDefault(node => node != positive);
        var images = Nodes(graph).Where(node => node.Class == "LoadImage").ToArray();
        var video = Nodes(graph).FirstOrDefault(node => node.Class == "LoadVideo");
        if (positive is not null)
        {
            yield return (InputNames.Prompt, $"{positive.Id}:text");
        }

        if (negative is not null)
        {
            yield return (InputNames.NegativePrompt, $"{negative.Id}:text");
        }

        if (images.Length > 0)
        {
            yield return (InputNames.StartImage, $"{images[0].Id}:image");
        }

        if (video is not null)
        {
            yield return (InputNames.InputVideo, $"{video.Id}:{(video.Inputs.ContainsKey("video") ? "video" : "file")}");
        }
    }

    /// <summary>Where numbers such as width and steps stand as plain values.</summary>
    public static IEnumerable<(string Name, string Place)> Numbers(JsonObject graph) =>
        from node in Nodes(graph)
        from place in NumberPlaces
        where place.Class(node.Class) && HasLiteral(node, place.InputName)
        select (place.Name, $"{node.Id}:{place.InputName}");

    /// <summary>What a workflow probably makes.</summary>
    public static ProfileKind KindOf(JsonObject graph, string? category, IEnumerable<string> inputNames)
    {
        var classes = Nodes(graph).Select(node => node.Class).ToArray();
        var savesVideo = classes.Any(name => name is "SaveVideo" or "SaveWEBM" or "VHS_VideoCombine");
        var takesVideo = inputNames.Contains(InputNames.InputVideo, StringComparer.Ordinal);
        return category switch
        {
            "upscaler" => Interpolates(classes) && !Upscales(classes) ? ProfileKind.Interpolate : ProfileKind.Upscale,
            "keyframe" => ProfileKind.Keyframe,
            "video" when !takesVideo => ProfileKind.Video,
            _ when takesVideo && Interpolates(classes) => ProfileKind.Interpolate,
            _ when takesVideo && Upscales(classes) => ProfileKind.Upscale,
            _ when savesVideo => ProfileKind.Video,
            _ when classes.Contains("SaveImage", StringComparer.Ordinal) => ProfileKind.Keyframe,
            _ => ProfileKind.Generic,
        };
    }

    private static bool Interpolates(string[] classes) => classes.Any(name => name.Contains("VFI", StringComparison.Ordinal));

    private static bool Upscales(string[] classes) => classes.Any(name => name.Contains("Upscale", StringComparison.Ordinal) || name == "ImageScaleBy");

    private static bool IsSampler(string nodeClass) => nodeClass.Contains("Sampler", StringComparison.Ordinal) || nodeClass == "BasicScheduler";

    private static bool IsLatentSource(string nodeClass) => (nodeClass.StartsWith("Empty", StringComparison.Ordinal) && nodeClass.Contains("Latent", StringComparison.Ordinal))
        || (nodeClass.StartsWith("Wan", StringComparison.Ordinal) && nodeClass.Contains("Video", StringComparison.Ordinal));

    private static bool Titled(Node node, string word) => node.Title.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static bool HasLiteral(Node node, string input) => node.Inputs[input]?.GetValueKind() is JsonValueKind.String or JsonValueKind.Number;

    private static IEnumerable<Node> Nodes(JsonObject graph) => graph.Select(node => new Node(
        node.Key,
        node.Value!["class_type"]!.GetValue<string>(),
        node.Value["_meta"] is JsonObject meta && meta["title"] is JsonValue title && title.TryGetValue(out string? text) ? text : "",
        (JsonObject)node.Value["inputs"]!));

    private sealed record Node(string Id, string Class, string Title, JsonObject Inputs);
}
