using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Continuity.Grains.Artifacts;

/// <summary>Registers where artifacts are kept.</summary>
public static class ArtifactExtensions
{
    /// <summary>Keeps artifacts in a folder, which several silos may share.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configure">Sets the options; <see cref="FileArtifactOptions.Directory"/> is required.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddFileArtifacts(this IServiceCollection services, Action<FileArtifactOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<FileArtifactOptions>()
            .Configure(configure)
            .Validate(options => !string.IsNullOrWhiteSpace(options.Directory), "FileArtifactOptions.Directory must name the folder that artifacts are kept in.")
            .Validate(options => options.StaleAfter > TimeSpan.Zero, "FileArtifactOptions.StaleAfter must be more than zero.")
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IArtifactStore, FileArtifactStore>();
        return services;
    }
}
