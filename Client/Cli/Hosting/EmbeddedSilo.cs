using System.Net;

using Continuity.Grains.Hosting;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using Orleans.Configuration;

namespace Continuity.Cli.Hosting;

/// <summary>A silo inside this process: the same grains as in a cluster, on the files of a data directory, listening on the loopback address only.</summary>
internal sealed class EmbeddedSilo : IAsyncDisposable
{
    // Part of the keys of what is stored, so it must never change.
    public const string ServiceId = "continuity";

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly IHost _host;

    private EmbeddedSilo(IHost host, Endpoint endpoint)
    {
        _host = host;
        Endpoint = endpoint;
    }

    public Endpoint Endpoint { get; }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<EmbeddedSilo> StartAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (siloPort, gatewayPort) = FreePorts.TakeTwo();
        var endpoint = new Endpoint(Environment.ProcessId, gatewayPort, $"continuity-{Guid.NewGuid():N}");
        var host = Build(invocation, siloPort, endpoint);
        try
        {
            await host.StartAsync(cancellationToken);
            return new EmbeddedSilo(host, endpoint);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(StopTimeout);
        await _host.StopAsync(timeout.Token);
        _host.Dispose();
    }

    private static IHost Build(Invocation invocation, int siloPort, Endpoint endpoint)
    {
        // No configuration files, no environment, no console: start-up stays short and the terminal ours.
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddProvider(new FileLoggerProvider(invocation.Data.LogPath, invocation.TimeProvider));
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Logging.AddFilter("Orleans.Messaging", LogLevel.Critical); // calls that a stopping silo turns away
        builder.Logging.AddFilter("Polly", LogLevel.Critical); // and the grains that it does not place any more
        builder.Logging.AddFilter("Continuity", invocation.Verbose ? LogLevel.Information : LogLevel.Warning);

        // The host's own lifetime would answer Ctrl-C by stopping the silo before the command has said its last words.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort, endpoint.GatewayPort, primarySiloEndpoint: null, ServiceId, endpoint.ClusterId);
            silo.Configure<EndpointOptions>(options => options.AdvertisedIPAddress = IPAddress.Loopback);
            silo.UseContinuity(options =>
            {
                options.DataDirectory = invocation.Data.FullPath;
                options.DriveAll = false;
            });
        });
        return builder.Build();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
