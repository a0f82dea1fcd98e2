using System.Data.Common;

using Continuity.Client.Resilience;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using Npgsql;

using Orleans.Configuration;

namespace Continuity.Client;

/// <summary>A client's connection to a cluster: a small host around Orleans' own client.</summary>
internal sealed class ClusterConnection : IAsyncDisposable
{
    private const string PostgresInvariant = "Npgsql";

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    // A gateway that died is forgotten, and a new one found, within this time; Orleans' own period is a minute.
    private static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(5);

    private readonly IHost _host;

    private ClusterConnection(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IClusterClient>();

    public static async Task<ClusterConnection> OpenAsync(ContinuityClientOptions options, CancellationToken cancellationToken)
    {
        if (options.Gateways.Count == 0 && string.IsNullOrWhiteSpace(options.Cluster))
        {
            throw new ArgumentException("Name the cluster's database with Cluster, or at least one of its Gateways.", nameof(options));
        }

        var host = Build(options);
        try
        {
            await host.StartAsync(cancellationToken);
            return new ClusterConnection(host);
        }
        catch (Exception error) when (TransientErrors.IsTransient(error, cancellationToken)) // tried until the deadline by the filter below
        {
            host.Dispose();
            throw new UnavailableException($"No gateway answered at {Where(options)}: {error.Message}", error);
        }
        catch (DbException error) // the database refuses, for a reason that waiting does not change
        {
            host.Dispose();
            throw new UnavailableException($"Could not read {Where(options)}: {error.Message} Check the connection string.", error);
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

    // Never the whole connection string: it holds the password.
    private static string Where(ContinuityClientOptions options)
    {
        if (options.Cluster is not { } database)
        {
            return string.Join(", ", options.Gateways);
        }

        var parts = new NpgsqlConnectionStringBuilder(database);
        return $"the cluster of database {parts.Database} on {parts.Host}:{parts.Port}";
    }

    private static IHost Build(ContinuityClientOptions options)
    {
        // No configuration files, no console logger: a library leaves the caller's directory and terminal alone.
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        var started = options.TimeProvider.GetTimestamp();
        builder.UseOrleansClient(client =>
        {
            if (options.Cluster is { } database)
            {
                client.UseAdoNetClustering(clustering => (clustering.Invariant, clustering.ConnectionString) = (PostgresInvariant, database));
                client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = GatewayRefresh);
            }
            else
            {
                client.UseStaticClustering([.. options.Gateways]);
            }

            client.UseConnectionRetryFilter(async (error, token) =>
            {
                if (!TransientErrors.IsTransient(error, token) || options.TimeProvider.GetElapsedTime(started) >= options.ConnectPatience)
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
