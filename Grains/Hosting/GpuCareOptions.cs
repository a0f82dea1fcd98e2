using Continuity.Engine.Faults;

namespace Continuity.Grains.Hosting;

/// <summary>How a silo looks after a ComfyUI. The restart command runs on this machine: it is set here only, and no client can set it.</summary>
public sealed class GpuCareOptions
{
    /// <summary>The id of the GPU that this is for, such as <c>127.0.0.1:8188</c>; <see langword="null"/> (default) in <see cref="ContinuityOptions.Care"/>, which is for all others.</summary>
    public string? Gpu { get; set; }

    /// <summary>
    /// The program that restarts the ComfyUI, such as <c>systemctl</c>; <see langword="null"/> (default) for none. It is started without a shell, must end by itself, and finds
    /// the GPU in the environment variables <c>CONTINUITY_GPU_ID</c> and <c>CONTINUITY_GPU_ADDRESS</c>. It runs only on a silo whose own configuration names the GPU.
    /// </summary>
    public string? RestartProgram { get; set; }

    /// <summary>The program's arguments, one each. Default none.</summary>
    public IList<string> RestartArguments { get; } = [];

    /// <summary>Time after which the program is killed. Default 2 min.</summary>
    public TimeSpan RestartTimeLimit { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a ComfyUI must have executed nothing, or have been out of reach, before it is restarted. Default 2 min.</summary>
    public TimeSpan RestartAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Prompts after which a ComfyUI gets no more work, frees its memory, is restarted where there is a command, and goes on. Default 0: never.</summary>
    public int RecycleAfterPrompts { get; set; }

    /// <summary>
    /// The same is done when less than this share of GPU memory (0 to 1) is free while nothing runs. Default 0: never. Models that stay loaded count as used.
    /// </summary>
    public double RecycleBelowFreeVram { get; set; }

    /// <summary>The same for main memory. Default 0: never.</summary>
    public double RecycleBelowFreeRam { get; set; }

    internal RecyclePolicy Recycling => new(RecycleAfterPrompts, RecycleBelowFreeVram, RecycleBelowFreeRam);

    internal bool IsValid =>
        RestartTimeLimit > TimeSpan.Zero && RestartAfter >= TimeSpan.Zero && RecycleAfterPrompts >= 0
        && RecycleBelowFreeVram is >= 0 and < 1 && RecycleBelowFreeRam is >= 0 and < 1
        && (RestartProgram is null || !string.IsNullOrWhiteSpace(RestartProgram));
}
