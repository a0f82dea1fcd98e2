using Continuity.Client.Resilience;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using Orleans.Configuration;

namespace Continuity.Client;

/// <summary>A client's connection to a cluster: a small host around Orleans' own client.</summary>
internal sealed class ClusterConnection : IAsyncDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    private readonly IHost _host;

    private ClusterConnection(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IClusterClient>();

    public static async Task<ClusterConnection> OpenAsync(ContinuityClientOptions options, CancellationToken cancellationToken)
    {
        if (options.Gateways.Count == 0)
        {
            throw new ArgumentException("At least one gateway is needed.", nameof(options));
        }

        var host = Build(options);
        try
        {
            await host.StartAsync(cancellationToken);
            return new ClusterConnection(host);
        }
        catch (Exception error) when (TransientErrors.IsTransient(error)) // tried until the deadline by the filter below
        {
            host.Dispose();
            throw new UnavailableException($"No gateway answered at {string.Join(", ", options.Gateways)}: {error.Message}", error);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
        else
        {
            _host.Dispose();
        }
    }

    private static IHost Build(ContinuityClientOptions options)
    {
        // No configuration files, no console logger: a library leaves the caller's directory and terminal alone.
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        var started = options.TimeProvider.GetTimestamp();
        builder.UseOrleansClient(client =>
        {
            client.UseStaticClustering([.. options.Gateways]);
            client.UseConnectionRetryFilter(async (error, token) =>
            {
                if (!TransientErrors.IsTransient(error) || options.TimeProvider.GetElapsedTime(started) >= options.ConnectPatience)
                {
                    return false;
                }

                await Task.Delay(RetryPause, options.TimeProvider, token);
                return true;
            });
            client.Configure<ClusterOptions>(cluster =>
            {
                cluster.ClusterId = options.ClusterId;
                cluster.ServiceId = options.ServiceId;
            });
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = options.ResponseTimeout);
        });
        return builder.Build();
    }
}
