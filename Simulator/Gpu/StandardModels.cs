namespace Continuity.Simulator.Gpu;

/// <summary>The model files that a fresh simulator has.</summary>
internal static class StandardModels
{
    /// <summary>The folders in the order in which the real server lists them.</summary>
    public static readonly IReadOnlyList<string> Folders =
    [
        "checkpoints", "configs", "loras", "vae", "text_encoders", "diffusion_models", "clip_vision", "style_models", "embeddings", "diffusers",
        "vae_approx", "controlnet", "gligen", "upscale_models", "custom_nodes", "hypernetworks", "photomaker", "classifiers", "model_patches",
        "audio_encoders",
    ];

    public static Dictionary<string, ISet<string>> Create()
    {
        var models = Folders.ToDictionary(f => f, _ => (ISet<string>)new SortedSet<string>(StringComparer.Ordinal), StringComparer.Ordinal);
        models["interpolation_models"] = new SortedSet<string>(StringComparer.Ordinal);
        Add(models, "checkpoints", "sd_xl_base_1.0.safetensors", "sd_xl_refiner_1.0.safetensors", "v1-5-pruned-emaonly.safetensors",
            "v1-5-pruned-emaonly-fp16.safetensors", "dreamshaper_8.safetensors", "flux1-dev-fp8.safetensors", "svd_xt.safetensors",
            "ltx-video-2b-v0.9.5.safetensors");
        Add(models, "controlnet", "control_v11p_sd15_canny_fp16.safetensors", "control_v11f1p_sd15_depth_fp16.safetensors");
        Add(models, "diffusion_models", "flux1-krea-dev_fp8_scaled.safetensors", "flux1-dev.safetensors", "wan2.2_ti2v_5B_fp16.safetensors",
            "wan2.2_fun_inpaint_5B_bf16.safetensors", "wan2.2_i2v_high_noise_14B_fp8_scaled.safetensors",
            "wan2.2_i2v_low_noise_14B_fp8_scaled.safetensors", "wan2.1_i2v_480p_14B_fp8_scaled.safetensors");
        Add(models, "text_encoders", "t5xxl_fp8_e4m3fn_scaled.safetensors", "t5xxl_fp16.safetensors", "clip_l.safetensors",
            "umt5_xxl_fp8_e4m3fn_scaled.safetensors");
        Add(models, "vae", "ae.safetensors", "wan2.2_vae.safetensors", "wan_2.1_vae.safetensors", "vae-ft-mse-840000-ema-pruned.safetensors");
        Add(models, "clip_vision", "clip_vision_h.safetensors");
        Add(models, "upscale_models", "4x-UltraSharp.pth", "RealESRGAN_x2plus.pth", "RealESRGAN_x4plus.pth", "4x_NMKD-Siax_200k.pth");
        Add(models, "loras", "wan2.2_i2v_lightx2v_4steps_lora_v1_high_noise.safetensors", "wan2.2_i2v_lightx2v_4steps_lora_v1_low_noise.safetensors",
            "add_detail.safetensors");
        Add(models, "interpolation_models", "rife40.pth", "rife46.pth", "rife47.pth", "rife49.pth");
        return models;
    }

    private static void Add(Dictionary<string, ISet<string>> models, string folder, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            models[folder].Add(name);
        }
    }
}
