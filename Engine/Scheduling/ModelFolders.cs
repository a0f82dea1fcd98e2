using System.Collections.Frozen;

using Continuity.Gpu;

namespace Continuity.Engine.Scheduling;

/// <summary>Where ComfyUI's loaders look for their files.</summary>
internal static class ModelFolders
{
    private static readonly FrozenDictionary<string, string> ByInput = new Dictionary<string, string>
    {
        ["audio_encoder_name"] = "audio_encoders",
        ["ckpt_name"] = "checkpoints",
        ["clip_name"] = "text_encoders",
        ["clip_name1"] = "text_encoders",
        ["clip_name2"] = "text_encoders",
        ["clip_name3"] = "text_encoders",
        ["clip_name4"] = "text_encoders",
        ["control_net_name"] = "controlnet",
        ["gligen_name"] = "gligen",
        ["hypernetwork_name"] = "hypernetworks",
        ["lora_name"] = "loras",
        ["photomaker_model_name"] = "photomaker",
        ["style_model_name"] = "style_models",
        ["unet_name"] = "diffusion_models",
        ["vae_name"] = "vae",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> ByClass = new Dictionary<string, string>
    {
        ["CLIPVisionLoader"] = "clip_vision",
        ["LatentUpscaleModelLoader"] = "latent_upscale_models",
        ["ModelPatchLoader"] = "model_patches",
        ["UpscaleModelLoader"] = "upscale_models",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Names the folder, relative to ComfyUI's own; a custom node's loader may look elsewhere.</summary>
    public static string Of(ModelFile model) =>
        ByClass.TryGetValue(model.NodeClass, out var folder) || (IsCoreLoader(model.NodeClass) && ByInput.TryGetValue(model.InputName, out folder))
            ? $"models/{folder}"
            : "the folder that this loader reads";

    // Nodes of packs use the same input names for folders of their own, such as RIFE's ckpt_name.
    private static bool IsCoreLoader(string nodeClass) =>
        nodeClass.Contains("Loader", StringComparison.Ordinal) && !nodeClass.Contains(' ', StringComparison.Ordinal);
}
