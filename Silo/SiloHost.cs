using System.Net;

using Continuity.Gpu;
using Continuity.Grains.Hosting;

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using Orleans.Configuration;

namespace Continuity.Silo;

/// <summary>A silo that owns a data directory and serves until it is stopped.</summary>
internal static class SiloHost
{
    private const string Name = "continuity";

    /// <exception cref="OwnedElsewhereException">Another process owns the data directory.</exception>
    public static async Task RunAsync(string dataPath, IReadOnlyList<GpuRegistration> gpus, int siloPort, int gatewayPort, CancellationToken cancellationToken)
    {
        var data = new DataDirectory(dataPath);
        using var ownership = data.TryOwn()
            ?? throw new OwnedElsewhereException($"Another process owns {data.FullPath}. Stop it, or use another --data.");
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort, primarySiloEndpoint: null, Name, Name);
            silo.Configure<EndpointOptions>(options => options.AdvertisedIPAddress = IPAddress.Loopback);
            silo.UseContinuity(options =>
            {
                builder.Configuration.GetSection("Continuity").Bind(options);
                options.DataDirectory = data.FullPath;
                foreach (var gpu in gpus)
                {
                    options.Gpus.Add(gpu);
                }
            });
        });
        using var host = builder.Build();
        await host.StartAsync(cancellationToken);

        // The command on the same data directory finds this silo here.
        new Endpoint(Environment.ProcessId, gatewayPort, Name).Write(data);
        await Console.Out.WriteLineAsync($"serving {data.FullPath} on gateway 127.0.0.1:{gatewayPort}");
        await host.WaitForShutdownAsync(cancellationToken);
    }
}

/// <summary>Another process owns the data directory.</summary>
internal sealed class OwnedElsewhereException(string message) : Exception(message);
