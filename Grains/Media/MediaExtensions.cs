using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Continuity.Grains.Media;

/// <summary>Registers the media work.</summary>
public static class MediaExtensions
{
    /// <summary>Adds probing, frame extraction, timeline rendering and the silo's CPU slots.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configure">Changes the options; none is needed when ffmpeg is in <c>PATH</c>.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddMedia(this IServiceCollection services, Action<MediaOptions>? configure = null)
    {
        services.AddOptions<MediaOptions>()
            .Configure(options => configure?.Invoke(options))
            .Validate(options => options.CpuSlots >= 1, "MediaOptions.CpuSlots must be at least 1: with no slot, no film is ever joined.")
            .Validate(options => options.TimeLimit > TimeSpan.Zero, "MediaOptions.TimeLimit must be more than zero.")
            .Validate(options => options.ProbeTimeLimit > TimeSpan.Zero, "MediaOptions.ProbeTimeLimit must be more than zero.")
            .Validate(options => options.FfmpegPath.Length > 0 && options.FfprobePath.Length > 0, "MediaOptions.FfmpegPath and FfprobePath must name the programs.")
            .Validate(options => options.TempDirectory.Length > 0, "MediaOptions.TempDirectory must name a folder.")
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<CpuSlots>();
        services.TryAddSingleton<FfmpegRunner>();
        services.TryAddSingleton<MediaProbe>();
        services.TryAddSingleton<FrameExtractor>();
        services.TryAddSingleton<TimelineRenderer>();
        return services;
    }
}
