using System.Net;

using Continuity.Grains.Artifacts;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;
using Continuity.Silo.Health;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using Orleans.Configuration;

namespace Continuity.Silo;

/// <summary>A silo that serves until it is stopped: alone on a data directory, or one of a cluster over PostgreSQL.</summary>
internal static class SiloHost
{
    private const string DefaultUrls = "http://127.0.0.1:8080";

    // Long enough to hand over what runs; what does not end by then is taken up by others like after a crash.
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(20);

    // The owner before may be just ending, or somebody looking whether there is one.
    private const int OwnTries = 5;
    private static readonly TimeSpan OwnPause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="SettingsException">The settings are wrong, or cannot be had here.</exception>
    public static async Task RunAsync(IReadOnlyDictionary<string, string?> commandLine, CancellationToken cancellationToken)
    {
        var builder = CreateBuilder(commandLine);
        var settings = Read(builder.Configuration);
        var data = new DataDirectory(settings.Data);

        // A farm of its own has one owner. A cluster's folder is shared, and its database tells who is who.
        using var ownership = settings.Cluster is null
            ? await OwnAsync(data, cancellationToken)
            : null;
        if (settings.Cluster is { } database)
        {
            Console.WriteLine("connecting to the cluster's database");
            await PrepareAsync(database, cancellationToken);
        }

        builder.UseOrleans(silo => Configure(silo, settings, data, builder.Configuration.GetSection(SiloSettings.Section)));
        builder.Services.AddHealth();
        await using var app = builder.Build();
        app.MapHealth();
        await StartAsync(app, cancellationToken);
        if (settings.Cluster is null)
        {
            // The command on the same data directory finds this silo here.
            new Endpoint(Environment.ProcessId, settings.GatewayPort, ClusterNames.Cluster).Write(data);
        }

        Console.WriteLine($"serving {(settings.Cluster is null ? data.FullPath : "the cluster")} as {NameOf(settings)} on gateway {settings.Address}:{settings.GatewayPort}, {string.Join(" ", app.Urls)}");
        await app.WaitForShutdownAsync(cancellationToken);
    }

    private static async Task<IDisposable> OwnAsync(DataDirectory data, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < OwnTries; tries++)
        {
            if (data.TryOwn() is { } ownership)
            {
                return ownership;
            }

            await Task.Delay(OwnPause, TimeProvider.System, cancellationToken);
        }

        throw new SettingsException($"Another process owns {data.FullPath}. Stop it, or use another --data.");
    }

    private static WebApplicationBuilder CreateBuilder(IReadOnlyDictionary<string, string?> commandLine)
    {
        // Settings are read once: watching the working folder for changes would watch all that is made in it, too.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Configuration.AddInMemoryCollection(commandLine);
        builder.Configuration["urls"] ??= DefaultUrls;
        builder.Logging.AddFilter("Orleans", LogLevel.Warning);
        builder.Logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error); // how the collector is set is our choice, not a warning
        builder.Logging.AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error); // takes the machine's uptime for a stall when it starts
        builder.Logging.AddFilter("Orleans.Streams", LogLevel.Critical); // the feed is for people and may break off
        builder.Logging.AddFilter("Orleans.Providers", LogLevel.Critical); // the same
        builder.Logging.AddFilter("Polly", LogLevel.Warning); // tells of every placement
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Hosting", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownPatience);
        return builder;
    }

    private static SiloSettings Read(ConfigurationManager configuration)
    {
        var settings = new SiloSettings();
        try
        {
            configuration.GetSection(SiloSettings.Section).Bind(settings);
        }
        catch (InvalidOperationException exception)
        {
            throw new SettingsException(exception.Message);
        }

        var faults = SiloSettingsChecks.Faults(settings).Concat(SiloSettingsChecks.FaultsOfForm(configuration.GetSection(SiloSettings.Section))).ToList();
        return faults.Count == 0 ? settings : throw new SettingsException(string.Join(Environment.NewLine, faults));
    }

    private static async Task PrepareAsync(string database, CancellationToken cancellationToken)
    {
        try
        {
            await ContinuityHostingExtensions.PrepareClusterAsync(database, cancellationToken);
        }
        catch (StoreException exception)
        {
            throw new SettingsException(exception.Message);
        }
    }

    private static void Configure(ISiloBuilder silo, SiloSettings settings, DataDirectory data, IConfigurationSection configuration)
    {
        if (settings.Cluster is { } database)
        {
            silo.UseContinuityCluster(database, settings.DeathVotes, Continuity);
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (ClusterNames.Cluster, ClusterNames.Service));
            silo.ConfigureEndpoints(IPAddress.Parse(settings.Address), settings.SiloPort, settings.GatewayPort, listenOnAnyHostAddress: false);
            if (settings.Kubernetes)
            {
                silo.UseKubernetesHosting();
            }
        }
        else
        {
            silo.UseLocalhostClustering(settings.SiloPort, settings.GatewayPort, primarySiloEndpoint: null, ClusterNames.Service, ClusterNames.Cluster);
            silo.Configure<EndpointOptions>(options => options.AdvertisedIPAddress = IPAddress.Loopback);
            silo.UseContinuity(Continuity);
        }

        if (!settings.Kubernetes)
        {
            silo.Configure<SiloOptions>(options => options.SiloName = NameOf(settings));
        }

        if (configuration.GetSection("S3") is var s3 && s3.Exists())
        {
            silo.Services.AddS3Artifacts(s3.Bind);
        }

        silo.Services.AddOptions<ArtifactCollectionOptions>().Configure(options =>
        {
            // A cluster is there to be left alone; on one machine a person decides.
            options.Every = settings.Cluster is null ? null : TimeSpan.FromDays(1);
            configuration.GetSection("GarbageCollection").Bind(options);
        });

        void Continuity(ContinuityOptions options)
        {
            configuration.GetSection("Farm").Bind(options);
            options.DataDirectory = data.FullPath;
            foreach (var gpu in settings.Gpus)
            {
                options.Gpus.Add(SiloSettingsChecks.Registration(gpu)!);
            }
        }
    }

    private static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new SettingsException($"{exception.Message} Another program listens there; choose another address with --urls.");
        }
        catch (System.Net.Sockets.SocketException exception)
        {
            throw new SettingsException($"The silo's ports could not be opened: {exception.Message}. Choose others with --silo-port and --gateway-port, or an address of this machine with --address.");
        }
    }

    private static string NameOf(SiloSettings settings) => settings.Name ?? $"{Environment.MachineName}:{settings.SiloPort}";
}
