using Continuity.Gpu;

namespace Continuity.Engine.Scheduling.Costs;

/// <summary>What files of a kind take, before anything was measured: the kind is told by the node that loads them. Sizes are those of the usual files, times those of a SATA disk (0.5 GB/s).</summary>
public static class ModelKinds
{
    private const double GigabytesPerSecond = 0.5;

    // By what a loader's name holds, the first that fits; the sizes of SDXL and Wan 2.2 checkpoints, of T5 and UMT5 in 8 bits, and of common LoRAs, VAEs, ControlNets and upscalers.
    private static readonly (string Part, double Gigabytes)[] Kinds =
    [
        ("lora", 0.3),
        ("vae", 0.3),
        ("clipvision", 1.2),
        ("clip", 6),
        ("textencoder", 6),
        ("controlnet", 2.5),
        ("upscale", 0.1),
        ("interpolat", 0.1),
        ("vfi", 0.1),
        ("checkpoint", 7),
        ("unet", 12),
        ("diffusion", 12),
    ];

    /// <summary>The size that a file is taken to have.</summary>
    /// <param name="model">The file.</param>
    /// <returns>Gigabytes.</returns>
    public static double Gigabytes(ModelFile model)
    {
        foreach (var (part, gigabytes) in Kinds)
        {
            if (model.NodeClass.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return gigabytes;
            }
        }

        return 5;
    }

    /// <summary>The time that a file is taken to need to load.</summary>
    /// <param name="model">The file.</param>
    /// <returns>Seconds.</returns>
    public static double LoadSeconds(ModelFile model) => Gigabytes(model) / GigabytesPerSecond;
}
