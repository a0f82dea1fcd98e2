using System.Collections.Frozen;
using Continuity.Simulator.Json;
using Continuity.Simulator.Storage;

namespace Continuity.Simulator.Nodes;

/// <summary>The node classes of a server, with its installed files filled in as choices.</summary>
internal sealed class NodeCatalog
{
    private static readonly FrozenDictionary<string, string> FoldersByInput = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["CheckpointLoaderSimple.ckpt_name"] = "checkpoints",
        ["ImageOnlyCheckpointLoader.ckpt_name"] = "checkpoints",
        ["ControlNetLoader.control_net_name"] = "controlnet",
        ["UNETLoader.unet_name"] = "diffusion_models",
        ["CLIPLoader.clip_name"] = "text_encoders",
        ["DualCLIPLoader.clip_name1"] = "text_encoders",
        ["DualCLIPLoader.clip_name2"] = "text_encoders",
        ["VAELoader.vae_name"] = "vae",
        ["LoraLoader.lora_name"] = "loras",
        ["LoraLoaderModelOnly.lora_name"] = "loras",
        ["CLIPVisionLoader.clip_name"] = "clip_vision",
        ["UpscaleModelLoader.model_name"] = "upscale_models",
        ["RIFE VFI.ckpt_name"] = "interpolation_models",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly OrderedDictionary<string, NodeDefinition> _definitions = new(StringComparer.Ordinal);
    private readonly DataFolders _folders;

    public NodeCatalog(SimulatorOptions options, DataFolders folders)
    {
        _folders = folders;
        using var stream = typeof(NodeCatalog).Assembly.GetManifestResourceStream("definitions.json")
            ?? throw new InvalidOperationException("The node definitions are not embedded in the assembly.");
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        foreach (var (name, info) in (PyDict)PyJson.Parse(buffer.ToArray())!)
        {
            _definitions[name] = Build(name, (PyDict)info!, options);
        }
    }

    public NodeDefinition? Find(string name) => _definitions.GetValueOrDefault(name);

    /// <summary>The answer of GET /object_info, with the input files of this moment.</summary>
    public PyDict Describe(string? name = null)
    {
        var found = new PyDict();
        foreach (var definition in name is null ? _definitions.Values : Find(name) is { } one ? [one] : Enumerable.Empty<NodeDefinition>())
        {
            found[definition.Name] = definition.Name switch
            {
                "LoadImage" or "LoadImageMask" => WithFiles(definition, "image", _folders.InputImages()),
                "LoadVideo" => WithFiles(definition, "file", _folders.InputVideos()),
                _ => definition.Info,
            };
        }

        return found;
    }

    private static NodeDefinition Build(string name, PyDict info, SimulatorOptions options)
    {
        var input = (PyDict)info["input"]!;
        var inputs = new List<InputDefinition>();
        foreach (var section in (string[])["required", "optional"])
        {
            foreach (var (inputName, spec) in input.Find(section) as PyDict ?? [])
            {
                FillModels($"{name}.{inputName}", (List<object?>)spec!, options);
                inputs.Add(BuildInput(inputName, section == "required", (List<object?>)spec!));
            }
        }

        return new NodeDefinition(
            name,
            info,
            inputs,
            [.. ((List<object?>)info["output"]!).Select(o => o as string ?? "COMBO")],
            (bool)info["output_node"]!,
            info.ContainsKey("api_node"),
            (input.Find("hidden") as PyDict)?.Values.Any(v => v is "UNIQUE_ID" or List<object?> and ["UNIQUE_ID", ..]) == true);
    }

    private static InputDefinition BuildInput(string name, bool required, List<object?> spec) =>
        new(name, required, spec[0]!, spec.Count > 1 ? (PyDict)spec[1]! : []);

    private static void FillModels(string key, List<object?> spec, SimulatorOptions options)
    {
        if (!FoldersByInput.TryGetValue(key, out var folder))
        {
            return;
        }

        var names = options.Models.TryGetValue(folder, out var files) ? files.Order(StringComparer.Ordinal).Cast<object?>().ToList() : [];
        if (folder == "vae")
        {
            names.Add("pixel_space");
        }

        if (spec[0] is "COMBO")
        {
            ((PyDict)spec[1]!)["options"] = names;
        }
        else
        {
            spec[0] = names;
        }
    }

    private static PyDict WithFiles(NodeDefinition definition, string inputName, IEnumerable<string> files)
    {
        var names = files.Cast<object?>().ToList();
        var input = definition.Input(inputName)!;
        var config = new PyDict(input.Config);
        object?[] spec = [names, config];
        if (input.Type is "COMBO")
        {
            config["options"] = names;
            spec = ["COMBO", config];
        }

        var required = new PyDict((PyDict)((PyDict)definition.Info["input"]!)["required"]!) { [inputName] = spec };
        return new PyDict(definition.Info) { ["input"] = new PyDict((PyDict)definition.Info["input"]!) { ["required"] = required } };
    }
}
