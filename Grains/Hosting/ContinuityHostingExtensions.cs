using Continuity.ComfyUI.Hosting;
using Continuity.Grains.Artifacts;
using Continuity.Grains.Gpu;
using Continuity.Grains.Media;
using Continuity.Grains.Pipelines;
using Continuity.Grains.Stores;
using Continuity.Grains.Stores.Postgres;
using Continuity.Grains.Stores.Sqlite;
using Continuity.Grains.Tasks;
using Continuity.Pipelines;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using Orleans.Configuration;
using Orleans.Storage;

namespace Continuity.Grains.Hosting;

/// <summary>Makes a silo one of this system: the same registration for the command's embedded silo, the server and the tests.</summary>
public static class ContinuityHostingExtensions
{
    /// <summary>Adds the grains' storage, streams and services, on SQLite. The caller chooses the clustering.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder UseContinuity(this ISiloBuilder silo, Action<ContinuityOptions> configure)
    {
        var services = silo.Services;
        services.TryAddSingleton(provider => new SqliteDatabase(Path.Combine(provider.GetRequiredService<IOptions<ContinuityOptions>>().Value.DataDirectory, "continuity.db")));
        services.TryAddSingleton<IPipelineStore>(provider => new SqlitePipelineStore(provider.GetRequiredService<SqliteDatabase>()));
        AddGrainStorage(services, "Default");
        AddGrainStorage(services, "PubSubStore");
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<IGrainStorage>("Default"));
        return silo.AddFarm(configure);
    }

    /// <summary>Makes a silo one of a cluster: membership, reminders, the grains' storage and the pipelines are all in one PostgreSQL database.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="database">The Npgsql connection string; <see cref="PrepareClusterAsync"/> has been awaited for it.</param>
    /// <param name="deathVotes">How many silos must find one dead before it is out: 1 suits up to three silos, 2 more.</param>
    /// <param name="configure">Sets the options. The data directory holds the artifacts: all silos must see the same one.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder UseContinuityCluster(this ISiloBuilder silo, string database, int deathVotes, Action<ContinuityOptions> configure)
    {
        silo.AddPostgres(database);

        // A dead silo is out in 2 to 4 s (measured), while one that is merely busy for several seconds stays in.
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = TimeSpan.FromSeconds(1);
            membership.NumMissedProbesLimit = 3;
            membership.NumVotesForDeathDeclaration = deathVotes;
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);

            // Of two silos that cannot reach each other one must go, also when a third can reach both: grains call each other directly.
            membership.EnableIndirectProbes = false;
        });
        // Where a grain lives is agreed on by all silos. The default directory agrees only in the end: after a death that not all had heard of at once, calls reached an activation
        // that had long been left behind. No need to wait until a dead silo has surely ended, 10 s and more: what it still writes is refused by the store.
#pragma warning disable ORLEANSEXP003 // experimental, and in use since Orleans 9; tests/Cluster.Tests is what it is trusted for
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        silo.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.Zero);
        silo.Services.AddHostedService<RecoveryArming>();
        silo.Services.AddHostedService<MuteSilos>();
        return silo.AddFarm(configure);
    }

    /// <summary>Brings the database of a cluster to this program's version; any number of silos may do so at once. Waits for a server that is just starting.</summary>
    /// <param name="database">The Npgsql connection string.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>When ready.</returns>
    /// <exception cref="StoreException">The database cannot be reached or used, or belongs to a newer, incompatible version of this program.</exception>
    public static Task PrepareClusterAsync(string database, CancellationToken cancellationToken) => PostgresSchema.ApplyAsync(database, cancellationToken: cancellationToken);

    private static ISiloBuilder AddFarm(this ISiloBuilder silo, Action<ContinuityOptions> configure)
    {
        var services = silo.Services;
        services.AddOptions<ContinuityOptions>()
            .Configure(configure)
            .Validate(options => !string.IsNullOrWhiteSpace(options.DataDirectory), "ContinuityOptions.DataDirectory must name the folder of the store.")
            .Validate(options => options.MaxDeferral > TimeSpan.Zero, "ContinuityOptions.MaxDeferral must be more than zero.")
            .Validate(options => options.SweepInterval > TimeSpan.Zero && options.ProbeInterval > TimeSpan.Zero && options.TicketRefresh > TimeSpan.Zero, "The intervals of ContinuityOptions must be more than zero.")
            .Validate(options => options.StallTimeout > TimeSpan.Zero && options.LostAfter > TimeSpan.Zero && options.StartLimit > TimeSpan.Zero && options.QuarantinePause > TimeSpan.Zero, "ContinuityOptions.StallTimeout, LostAfter, StartLimit and QuarantinePause must be more than zero.")
            .Validate(options => options.StallFloor > TimeSpan.Zero && options.StallFactor >= 1, "ContinuityOptions.StallFloor must be more than zero, and StallFactor 1 or more.")
            .Validate(
                options => options.CareOf.Append(options.Care).All(care => care.IsValid) && options.CareOf.All(care => care.Gpu is not null),
                "ContinuityOptions.Care: RestartTimeLimit must be more than zero, RestartProgram not empty, RecycleAfterPrompts 0 or more, the shares of free memory from 0 to below 1. Each entry of CareOf must name its Gpu.")
            .ValidateOnStart();
        if (services.LastOrDefault(service => service.ServiceType == typeof(TimeProvider)) is not { ImplementationInstance: { } given } || given == TimeProvider.System)
        {
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new ForwardTime(TimeProvider.System)));
        }


        // One stream, so one queue: each costs its silo ten looks a second.
        silo.AddMemoryStreams(PipelineFeed.Provider, feed => feed.ConfigurePartitioning(1));

        services.AddComfyUI();
        services.AddMedia();
        services.AddOptions<MediaOptions>().Configure<IOptions<ContinuityOptions>>(
            (media, options) => media.TempDirectory = Path.Combine(options.Value.DataDirectory, "media"));
        services.AddFileArtifacts(_ => { });
        services.AddOptions<FileArtifactOptions>().Configure<IOptions<ContinuityOptions>>(
            (artifacts, options) => artifacts.Directory = Path.Combine(options.Value.DataDirectory, "artifacts"));
        services.AddArtifactCollection();
        services.TryAddSingleton<MediaFacts>();
        services.TryAddSingleton<InputResolver>();
        services.TryAddSingleton<Persistently>();
        services.TryAddSingleton<AttemptServices>();
        services.TryAddSingleton<IAttemptFactory, AttemptFactory>();
        services.TryAddSingleton<FarmIdentity>();
        services.TryAddSingleton<GpuCareServices>();
        services.TryAddSingleton<DrivenPipelines>();
        services.TryAddSingleton<FeedPublisher>();
        services.TryAddSingleton<FarmGrains>();
        services.TryAddSingleton<TaskDispatcherFactory>();
        services.TryAddSingleton<SiloShare>();
        services.TryAddSingleton<Departures>();
        services.TryAddSingleton<RecoverySweep>();
        services.AddHostedService(provider => provider.GetRequiredService<RecoverySweep>());
        services.AddHostedService<GpuRegistrar>();
        silo.AddGpuPlacement();

        // Where a million grains are found is reserved at the start, 18 MB; no farm works on so many at a time.
        silo.Configure<GrainDirectoryOptions>(options => options.CacheSize = 50_000);

        // No legitimate call runs longer; a caller that waits for a dead silo waits this long.
        silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5));
        silo.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(5));
        return silo;
    }

    private static void AddGrainStorage(IServiceCollection services, string name) => services.AddKeyedSingleton<IGrainStorage>(
        name,
        (provider, _) => new SqliteGrainStorage(provider.GetRequiredService<SqliteDatabase>(), provider.GetRequiredService<IGrainStorageSerializer>()));
}
