using Continuity.Simulator.Json;

namespace Continuity.Simulator.Nodes;

/// <summary>Nodes that bring model files.</summary>
internal static class LoaderNodes
{
    private static readonly string[] ModelPatches =
    [
        "ModelSamplingSD3", "ModelSamplingAuraFlow", "ModelSamplingFlux", "ModelSamplingContinuousEDM", "ModelSamplingDiscrete", "VideoLinearCFGGuidance",
    ];

    public static void Register(Dictionary<string, NodeRunner> runners)
    {
        runners["CheckpointLoaderSimple"] = async call =>
        {
            var file = await LoadAsync(call, "checkpoints", call.Text("ckpt_name"));
            return NodeOutput.Of(new ModelValue("MODEL", file), new ModelValue("CLIP", file), new ModelValue("VAE", file));
        };
        runners["UNETLoader"] = call => LoadOneAsync(call, "MODEL", "diffusion_models", "unet_name");
        runners["VAELoader"] = call => call.Text("vae_name") == "pixel_space"
            ? Task.FromResult(NodeOutput.Of(new ModelValue("VAE")))
            : LoadOneAsync(call, "VAE", "vae", "vae_name");
        runners["CLIPLoader"] = call => LoadOneAsync(call, "CLIP", "text_encoders", "clip_name");
        runners["CLIPVisionLoader"] = call => LoadOneAsync(call, "CLIP_VISION", "clip_vision", "clip_name");
        runners["ControlNetLoader"] = call => LoadOneAsync(call, "CONTROL_NET", "controlnet", "control_net_name");
        runners["ImageOnlyCheckpointLoader"] = async call =>
        {
            var file = await LoadAsync(call, "checkpoints", call.Text("ckpt_name"));
            return NodeOutput.Of(new ModelValue("MODEL", file), new ModelValue("CLIP_VISION", file), new ModelValue("VAE", file));
        };
        runners["UpscaleModelLoader"] = call => LoadOneAsync(call, "UPSCALE_MODEL", "upscale_models", "model_name");
        runners["DualCLIPLoader"] = async call => NodeOutput.Of(new ModelValue(
            "CLIP",
            await LoadAsync(call, "text_encoders", call.Text("clip_name1")),
            await LoadAsync(call, "text_encoders", call.Text("clip_name2"))));
        runners["LoraLoader"] = async call =>
        {
            var model = Model(call, "model");
            var clip = Model(call, "clip");
            var lora = await LoadAsync(call, "loras", call.Text("lora_name"));
            return NodeOutput.Of(model with { Files = [.. model.Files, lora] }, clip);
        };
        runners["LoraLoaderModelOnly"] = async call =>
        {
            var model = Model(call, "model");
            return NodeOutput.Of(model with { Files = [.. model.Files, await LoadAsync(call, "loras", call.Text("lora_name"))] });
        };
        foreach (var patch in ModelPatches)
        {
            runners[patch] = call => Task.FromResult(NodeOutput.Of(Model(call, "model")));
        }

        runners["CLIPSetLastLayer"] = call => Task.FromResult(NodeOutput.Of(call.Get<ModelValue>("clip", "clone")));
    }

    public static ModelValue Model(NodeCall call, string name) => call.Get<ModelValue>(name, "clone");

    private static async Task<NodeOutput> LoadOneAsync(NodeCall call, string kind, string folder, string input) =>
        NodeOutput.Of(new ModelValue(kind, await LoadAsync(call, folder, call.Text(input))));

    private static async Task<(string Folder, string File)> LoadAsync(NodeCall call, string folder, string file)
    {
        // Combos of new-style nodes are not validated, so a file that is not installed is found out only here.
        if (!call.Services.Options.Models.TryGetValue(folder, out var files) || !files.Contains(file))
        {
            throw new PythonException("FileNotFoundError", $"Model in folder '{folder}' with filename '{file}' not found.");
        }

        await call.Services.Memory.UseAsync(folder, file, call.CancellationToken);
        return (folder, file);
    }
}
