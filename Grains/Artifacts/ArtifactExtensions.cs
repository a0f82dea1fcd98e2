using Continuity.Artifacts;
using Continuity.Grains.Artifacts.S3;
using Continuity.Grains.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

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

    /// <summary>Keeps artifacts in a bucket of an S3-compatible server instead of a folder, for silos without a shared disk.</summary>
    /// <param name="services">The silo's services.</param>
    /// <param name="configure">Sets the options; <see cref="S3ArtifactOptions.Bucket"/> is required.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddS3Artifacts(this IServiceCollection services, Action<S3ArtifactOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<S3ArtifactOptions>()
            .Configure(configure)
            .PostConfigure<IOptions<ContinuityOptions>>((s3, silo) => s3.CacheDirectory = s3.CacheDirectory.Length > 0
                ? s3.CacheDirectory
                : Path.Combine(silo.Value.DataDirectory, "artifact-cache"))
            .ValidateOnStart();
        services.TryAddSingleton<IValidateOptions<S3ArtifactOptions>, S3ArtifactOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.RemoveAll<IArtifactStore>();
        services.AddSingleton<IArtifactStore, S3ArtifactStore>();
        return services;
    }

    /// <summary>Adds the garbage collection of artifacts.</summary>
    /// <param name="services">The silo's services.</param>
    /// <returns>The services.</returns>
    internal static IServiceCollection AddArtifactCollection(this IServiceCollection services)
    {
        var least = TimeSpan.FromHours(IArtifactCollectorGrain.LeastHours);
        services.AddOptions<ArtifactCollectionOptions>()
            .Validate(options => options.OlderThan >= least && (options.Every is null || options.Every >= least), "ArtifactCollectionOptions.Every and OlderThan must be an hour or more.")
            .ValidateOnStart();
        services.TryAddSingleton<ArtifactCollector>();
        services.AddHostedService<ArtifactHousekeeping>();
        return services;
    }
}
