namespace Continuity.Bench.Scheduling;

/// <summary>
/// Models, workflows and GPUs. Seconds are single reports of users and vendors, of a machine each, most of them from issues of the projects named; speed 1 is an RTX 4090. Sizes are those of
/// the usual files; a second of work or loading without a source is an estimate in proportion to the size, at the 0.5 GB/s of a SATA disk, and says so.
/// </summary>
internal static class Catalogue
{
    // A text encoder that goes and comes again with a change of the prompt: 13 to 15 s (ComfyUI issue 14618).
    private const double EncoderSeconds = 14;

    // About 20 s of loading against 75 s of sampling (ComfyUI issue 4812).
    private static readonly Model FluxModel = new("flux1-dev-fp8", 11.9, 20);
    private static readonly Model FluxEncoder = new("t5xxl_fp8", 4.9, EncoderSeconds, "CLIPLoader");
    private static readonly Model FluxVae = new("ae", 0.3, 0.6, "VAELoader");

    // Cold 26.7 s, warm 20 s on an RTX 5080 (ComfyUI pull request 14822).
    private static readonly Model KreaModel = new("krea2-int8", 13, 6.7);

    // 12 s of work become 22 s when it is loaded anew (SwarmUI issue 1391).
    private static readonly Model SdxlModel = new("sdxl-base", 6.6, 10, "CheckpointLoaderSimple");
    private static readonly Model AnimeModel = new("sdxl-anime", 6.6, 10, "CheckpointLoaderSimple");

    // Wan 2.2 as Q4 GGUF: 15.9 s for each of its two experts (Stable Diffusion WebUI Forge issue 226).
    private static readonly Model WanHigh = new("wan2.2-high-q4", 8.5, 15.9);
    private static readonly Model WanLow = new("wan2.2-low-q4", 8.5, 15.9);
    private static readonly Model WanEncoder = new("umt5-xxl-fp8", 6.3, EncoderSeconds, "CLIPLoader");
    private static readonly Model WanVae = new("wan-vae", 0.25, 0.5, "VAELoader");

    // The first run takes 50 to 120 s in all (comfy-aimdo pull request 46); its division into loading and work is an estimate.
    private static readonly Model LtxModel = new("ltx-2.3-fp8", 16, 30);

    // Estimates.
    private static readonly Model SeedVr = new("seedvr2-3b-fp8", 3.4, 7, "SeedVR2LoadDiTModel");
    private static readonly Model Rife = new("rife", 0.05, 0.1, "RIFE VFI");

    /// <summary>A still, 20 steps: 28 s on an RTX 4090, 18 s on an RTX 5090 (specpicks.com).</summary>
    public static Profile Flux { get; } = new("flux", 28, FluxModel, FluxEncoder, FluxVae);

    public static Profile Krea { get; } = new("krea", 20, KreaModel, FluxEncoder, FluxVae);

    public static Profile Sdxl { get; } = new("sdxl", 12, SdxlModel);

    public static Profile Anime { get; } = new("anime", 12, AnimeModel);

    /// <summary>81 frames in 720p, 30 steps: 4 min 20 s on an RTX 4090, 7 min 10 s on an RTX 3090 (smeltcore.com).</summary>
    public static Profile Wan { get; } = new("wan", 260, WanHigh, WanLow, WanEncoder, WanVae);

    public static Profile Ltx { get; } = new("ltx", 40, LtxModel);

    /// <summary>At most 60 s for a clip (SeedVR2 for ComfyUI issue 268).</summary>
    public static Profile Upscale { get; } = new("upscale", 60, SeedVr) { HasCheckpoint = false };

    /// <summary>An estimate.</summary>
    public static Profile Interpolate { get; } = new("interpolate", 12, Rife) { HasCheckpoint = false };

    public static GpuKind Rtx3090 { get; } = new("RTX 3090", 24, 260.0 / 430);

    public static GpuKind Rtx4090 { get; } = new("RTX 4090", 24, 1);

    public static GpuKind Rtx5090 { get; } = new("RTX 5090", 32, 28.0 / 18);

    /// <summary>A workflow with a LoRA on top: some hundred megabytes from a disk for a still (kind_robots pull request 2521), about 6 s for Wan (WanVideoWrapper issue 278).</summary>
    public static Profile WithLora(Profile profile, string name) =>
        new($"{profile.Name}+{name}", profile.WorkSeconds, [.. profile.Models, new Model(name, 0.3, ReferenceEquals(profile, Wan) ? 6 : 0.6, "LoraLoaderModelOnly")]);

    /// <summary>The same files with 4 steps instead of 20, and the time in proportion.</summary>
    public static Profile InFewSteps(Profile profile) => new($"{profile.Name} draft", profile.WorkSeconds / 5, [.. profile.Models]);

    public static IReadOnlyList<GpuKind> Many(int count, GpuKind kind) => [.. Enumerable.Repeat(kind, count)];
}
