using System.Collections.Immutable;
using System.Net;

using Continuity.Grains.Hosting;
using Continuity.Grains.Stores.Postgres;
using Continuity.Grains.Tasks;
using Continuity.Pipelines;
using Continuity.Profiles;
using Continuity.Tasks;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using Orleans.Configuration;

namespace Continuity.Bench;

/// <summary>This project: the grains, the dispatcher and the store as they are; only the attempts have nothing to do, and need no GPU.</summary>
internal sealed class OurFarm : IChainRunner
{
    private static readonly ImmutableArray<TaskDefinition> Steps =
    [
        .. Enumerable.Range(1, 3).Select(step => new TaskDefinition
        {
            Id = $"s{step}",
            Kind = TaskKind.Generic,
            Label = $"Step {step}",
            ProfileId = "none",
            Dependencies = step == 1 ? [] : [$"s{step - 1}"],
        }),
    ];

    private static readonly ImmutableArray<WorkflowProfile> Profiles = [new WorkflowProfile { Id = "none", Label = "None", Kind = ProfileKind.Generic, WorkflowJson = "{}" }];

    private readonly IHost _host;
    private readonly IGrainFactory _grains;
    private readonly DirectoryInfo _data;

    private OurFarm(IHost host, DirectoryInfo data, string name, string durability) =>
        (_host, _data, _grains, Name, Durability) = (host, data, host.Services.GetRequiredService<IGrainFactory>(), name, durability);

    public string Name { get; }

    public string Durability { get; }

    /// <summary>As on one machine: the store is a file of its own.</summary>
    public static Task<OurFarm> StartEmbeddedAsync()
    {
        var ports = (Silo: FreePorts.Next(), Gateway: FreePorts.Next());
        return StartAsync(
            "Continuity, SQLite",
            "SQLite, journal_mode WAL, synchronous FULL; group commit; 4 writes a chain: starts, results, history",
            (silo, data) => silo.UseLocalhostClustering(ports.Silo, ports.Gateway, primarySiloEndpoint: null, "chain", "chain").UseContinuity(options => options.DataDirectory = data));
    }

    /// <summary>As in a cluster, with one silo.</summary>
    public static async Task<OurFarm> StartClusterAsync(string connectionString)
    {
        await PostgresSchema.ApplyAsync(connectionString);
        return await StartAsync(
            "Continuity",
            "PostgreSQL, fsync on, synchronous_commit on; group commit; 4 writes a chain: starts, results, history",
            (silo, data) => silo.UseContinuityCluster(connectionString, deathVotes: 1, options => options.DataDirectory = data));
    }

    private static async Task<OurFarm> StartAsync(string name, string durability, Action<ISiloBuilder, string> store)
    {
        var data = Directory.CreateTempSubdirectory("continuity-chain-");
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            store(silo, data.FullName);
            silo.Services.AddSingleton<IAttemptFactory, NoWork>();

            // A machine that is busy with something else makes it slow, not wrong.
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromMinutes(1));
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("chain", "chain"));
            silo.Configure<EndpointOptions>(options =>
                (options.AdvertisedIPAddress, options.SiloPort, options.GatewayPort) = (IPAddress.Loopback, FreePorts.Next(), FreePorts.Next()));
        });
        var host = builder.Build();
        await host.StartAsync();
        return new OurFarm(host, data, name, durability);
    }

    public Task<ChainTimes> RunAsync(int chains, int inFlight) => InFlight.RunAsync(chains, inFlight, async () =>
    {
        var definition = new PipelineDefinition { Id = PipelineId.New(), Name = "Chain", Tasks = Steps, Profiles = Profiles };
        var pipeline = _grains.GetGrain<IPipelineGrain>(definition.Id.Value);
        if (await pipeline.SubmitAsync(definition) is not SubmitResult.Accepted accepted)
        {
            throw new InvalidOperationException($"The chain {definition.Id} was not accepted.");
        }

        PipelineSummary? last = null;
        await foreach (var update in pipeline.WatchAsync(accepted.Summary.Version))
        {
            last = update.Summary;
        }

        if (last?.Status != PipelineStatus.Completed)
        {
            throw new InvalidOperationException($"The chain {definition.Id} is {last?.Status} at version {last?.Version}.");
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _data.Delete(recursive: true);
    }
}
