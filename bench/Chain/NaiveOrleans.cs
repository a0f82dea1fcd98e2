using System.Net;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using Npgsql;

using Orleans.Configuration;

namespace Continuity.Bench;

/// <summary>
/// How one would write it first: a grain for every chain with its whole state in Orleans' ADO.NET storage, written at its start and after each of three calls to
/// a grain that does the step. The storage has our tables, whose writes are single statements.
/// </summary>
internal sealed class NaiveOrleans : IChainRunner
{
    private readonly IHost _host;
    private readonly IGrainFactory _grains;
    private readonly NpgsqlDataSource _database;
    private int _chains;

    private NaiveOrleans(IHost host, NpgsqlDataSource database) => (_host, _database, _grains) = (host, database, host.Services.GetRequiredService<IGrainFactory>());

    public string Name => "naive Orleans";

    public string Durability => "PostgreSQL through Orleans ADO.NET, fsync on, synchronous_commit on; 4 writes a chain: results";

    public static async Task<NaiveOrleans> StartAsync(string connectionString)
    {
        var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 64, MaxAutoPrepare = 20 });
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(FreePorts.Next(), FreePorts.Next(), primarySiloEndpoint: null, "naive", "naive");
            silo.Configure<EndpointOptions>(options => options.AdvertisedIPAddress = IPAddress.Loopback);
            silo.AddAdoNetGrainStorageAsDefault(options => (options.Invariant, options.DataSource) = ("Npgsql", database));
        });
        var host = builder.Build();
        await host.StartAsync();
        return new NaiveOrleans(host, database);
    }

    public Task<ChainTimes> RunAsync(int chains, int inFlight) => InFlight.RunAsync(chains, inFlight, async () =>
    {
        var value = await _grains.GetGrain<INaiveChain>(Interlocked.Increment(ref _chains)).RunAsync();
        if (value != 3)
        {
            throw new InvalidOperationException($"A chain ended with {value}.");
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _database.DisposeAsync();
    }
}

[Alias("continuity.bench.INaiveChain")]
internal interface INaiveChain : IGrainWithIntegerKey
{
    [Alias("run")]
    Task<int> RunAsync();
}

[Alias("continuity.bench.INaiveStep")]
internal interface INaiveStep : IGrainWithIntegerKey
{
    [Alias("run")]
    Task<int> RunAsync(int value);
}

[GenerateSerializer, Alias("continuity.bench.naive")]
internal sealed class NaiveState
{
    [Id(0)]
    public int Step { get; set; }

    [Id(1)]
    public int Value { get; set; }
}

internal sealed class NaiveChain([PersistentState("chain")] IPersistentState<NaiveState> state) : Grain, INaiveChain
{
    public async Task<int> RunAsync()
    {
        await state.WriteStateAsync();
        while (state.State.Step < 3)
        {
            state.State.Value = await GrainFactory.GetGrain<INaiveStep>(this.GetPrimaryKeyLong()).RunAsync(state.State.Value);
            state.State.Step++;
            await state.WriteStateAsync();
        }

        DeactivateOnIdle();
        return state.State.Value;
    }
}

internal sealed class NaiveStep : Grain, INaiveStep
{
    public Task<int> RunAsync(int value) => Task.FromResult(value + 1);
}
