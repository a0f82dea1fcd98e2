using Continuity.ComfyUI.Client;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Continuity.ComfyUI.Hosting;

/// <summary>Registers the ComfyUI clients.</summary>
public static class ComfyUIExtensions
{
    /// <summary>Adds <see cref="IComfyConnections"/>, which is disposed with the container.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options; <see langword="null"/> to leave the defaults.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddComfyUI(this IServiceCollection services, Action<ComfyClientOptions>? configure = null)
    {
        var options = services.AddOptions<ComfyClientOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ComfyClientOptions>, ComfyClientOptionsValidator>());
        services.TryAddSingleton<IComfyConnections, ComfyConnections>();
        return services;
    }
}
