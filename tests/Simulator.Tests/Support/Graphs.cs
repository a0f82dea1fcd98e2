using System.Text.Json.Nodes;

namespace Continuity.Simulator.Tests.Support;

/// <summary>Prompts in API format.</summary>
internal static class Graphs
{
    public static JsonObject Node(string classType, params (string Name, JsonNode? Value)[] inputs)
    {
        var values = new JsonObject();
        foreach (var (name, value) in inputs)
        {
            values[name] = value;
        }

        return new JsonObject { ["inputs"] = values, ["class_type"] = classType };
    }

    public static JsonArray Link(string id, int slot = 0) => [id, slot];

    public static JsonObject Empty(string prefix = "empty", int color = 0, string first = "1", string second = "2", int batch = 1) => new()
    {
        [first] = Image(color, batch),
        [second] = Save(first, prefix),
    };

    public static JsonObject Image(int color = 0, int batch = 1) =>
        Node("EmptyImage", ("width", 64), ("height", 32), ("batch_size", batch), ("color", color));

    public static JsonObject Save(string from, string prefix) => Node("SaveImage", ("images", Link(from)), ("filename_prefix", prefix));

    public static JsonObject Sleep(double seconds = 30, int steps = 30, string prefix = "slept", long seed = 0, bool previews = false) => new()
    {
        ["1"] = Image(1),
        ["2"] = Node("TestSleep", ("image", Link("1")), ("seconds", seconds), ("steps", steps), ("previews", previews), ("seed", seed)),
        ["3"] = Save("2", prefix),
    };

    public static JsonObject Fail(string message = "boom", string kind = "error") => new()
    {
        ["1"] = Image(),
        ["2"] = Node("TestFail", ("image", Link("1")), ("message", message), ("kind", kind), ("after_seconds", 0.0)),
        ["3"] = Save("2", "never"),
    };

    /// <summary>One image node before the save; its class is the test's subject.</summary>
    public static JsonObject Through(JsonObject middle, string prefix = "through") => new()
    {
        ["1"] = Image(),
        ["2"] = middle,
        ["3"] = Save("2", prefix),
    };

    public static JsonObject Load(string image, string prefix = "loaded") => new()
    {
        ["1"] = Node("LoadImage", ("image", image)),
        ["2"] = Save("1", prefix),
    };

    public static JsonObject TextToImage(string text = "a lighthouse", int steps = 3, string checkpoint = "sd_xl_base_1.0.safetensors", int size = 64) => new()
    {
        ["1"] = Node("CheckpointLoaderSimple", ("ckpt_name", checkpoint)),
        ["2"] = Node("CLIPTextEncode", ("text", text), ("clip", Link("1", 1))),
        ["3"] = Node("EmptyLatentImage", ("width", size * 2), ("height", size), ("batch_size", 1)),
        ["4"] = Node(
            "KSampler", ("model", Link("1")), ("seed", 7), ("steps", steps), ("cfg", 7.0), ("sampler_name", "euler"), ("scheduler", "normal"),
            ("positive", Link("2")), ("negative", Link("2")), ("latent_image", Link("3")), ("denoise", 1.0)),
        ["5"] = Node("VAEDecode", ("samples", Link("4")), ("vae", Link("1", 2))),
        ["6"] = Save("5", "image"),
    };
}
