using System.Text.Json.Nodes;

namespace Continuity.ComfyUI.Tests.Support;

/// <summary>Prompts in API format.</summary>
internal static class Graphs
{
    public static JsonObject Node(string nodeClass, params (string Name, JsonNode? Value)[] inputs)
    {
        var values = new JsonObject();
        foreach (var (name, value) in inputs)
        {
            values[name] = value;
        }

        return new JsonObject { ["class_type"] = nodeClass, ["inputs"] = values, ["_meta"] = new JsonObject { ["title"] = $"my {nodeClass}" } };
    }

    public static JsonArray Link(string id, int slot = 0) => [id, slot];

    public static JsonObject Image() => Node("EmptyImage", ("width", 64), ("height", 32), ("batch_size", 1), ("color", 0));

    public static JsonObject Save(string from, string prefix = "saved") => Node("SaveImage", ("images", Link(from)), ("filename_prefix", prefix));

    public static JsonObject Quick(string prefix = "quick") => new() { ["1"] = Image(), ["2"] = Save("1", prefix) };

    public static JsonObject Through(JsonObject middle) => new() { ["1"] = Image(), ["2"] = middle, ["3"] = Save("2") };

    public static JsonObject Sleep(double seconds = 60, int steps = 600, bool previews = false) =>
        Through(Node("TestSleep", ("image", Link("1")), ("seconds", seconds), ("steps", steps), ("previews", previews), ("seed", 1)));

    public static JsonObject Fail(string message, string kind = "error") =>
        Through(Node("TestFail", ("image", Link("1")), ("message", message), ("kind", kind), ("after_seconds", 0.0)));

    public static JsonObject Checkpoint(string name) => new()
    {
        ["1"] = Node("CheckpointLoaderSimple", ("ckpt_name", name)),
        ["2"] = Node("EmptyLatentImage", ("width", 64), ("height", 64), ("batch_size", 1)),
        ["3"] = Node("VAEDecode", ("samples", Link("2")), ("vae", Link("1", 2))),
        ["4"] = Save("3"),
    };

    public static JsonObject Upscale(string model) => new()
    {
        ["1"] = Image(),
        ["2"] = Node("UpscaleModelLoader", ("model_name", model)),
        ["3"] = Node("ImageUpscaleWithModel", ("upscale_model", Link("2")), ("image", Link("1"))),
        ["4"] = Save("3"),
    };
}
