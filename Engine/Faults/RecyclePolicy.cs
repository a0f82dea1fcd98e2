using System.Globalization;

namespace Continuity.Engine.Faults;

/// <summary>When a ComfyUI that works is to be emptied, because over hundreds of prompts its memory grows.</summary>
/// <param name="AfterPrompts">Prompts after which it is done; 0 for never.</param>
/// <param name="BelowFreeVram">The share of GPU memory, 0 to 1, that must be free while nothing runs; 0 for no limit.</param>
/// <param name="BelowFreeRam">The same for main memory.</param>
public sealed record RecyclePolicy(int AfterPrompts, double BelowFreeVram, double BelowFreeRam)
{
    /// <summary>The shortest time between two: where emptying does not help, doing it again and again helps no more.</summary>
    public static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(10);

    /// <summary>Says whether it is time.</summary>
    /// <param name="prompts">Prompts executed since the last time.</param>
    /// <param name="idle">The memory as seen while nothing ran; <see langword="null"/> while something runs.</param>
    /// <param name="lastAt">When it was done last.</param>
    /// <param name="now">The time.</param>
    /// <returns>The reason in words; <see langword="null"/> when it is not time.</returns>
    public string? Due(long prompts, FreeMemory? idle, DateTimeOffset? lastAt, DateTimeOffset now)
    {
        if (AfterPrompts > 0 && prompts >= AfterPrompts)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it executed {prompts} prompts");
        }

        return idle is null || (lastAt is { } last && now - last < ShortestPause) ? null : Lacks(idle);
    }

    /// <summary>Says which memory is short.</summary>
    /// <param name="idle">The memory as seen while nothing runs.</param>
    /// <returns>The fault in words; <see langword="null"/> when there is enough.</returns>
    public string? Lacks(FreeMemory idle) => idle switch
    {
        { Vram: { } vram } when vram < BelowFreeVram => string.Create(CultureInfo.InvariantCulture, $"only {vram:P0} of its GPU memory is free though nothing runs"),
        { Ram: { } ram } when ram < BelowFreeRam => string.Create(CultureInfo.InvariantCulture, $"only {ram:P0} of its main memory is free though nothing runs"),
        _ => null,
    };
}

/// <summary>The shares of memory that are free, 0 to 1; <see langword="null"/> where not known.</summary>
/// <param name="Vram">GPU memory.</param>
/// <param name="Ram">Main memory.</param>
public sealed record FreeMemory(double? Vram, double? Ram);
