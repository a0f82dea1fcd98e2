using System.Net;
using System.Net.Sockets;

using Continuity.Grains.Stores.Postgres;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Storage;

namespace Continuity.Grains.Tests.Stores;

/// <summary>Orleans' own providers over our schema, with real silos.</summary>
[Collection(PostgresTests.Name)]
public sealed class PostgresSiloTests(Postgres postgres)
{
    private static readonly GrainId Gpu = GrainId.Create("gpu", "127.0.0.1:8188");
    private static readonly GrainId Queue = GrainId.Create(GrainType.Create("queue"), GrainIdKeyExtensions.CreateIntegerKey(7, "ext"));

    [Fact]
    public async Task TwoSilosFindEachOtherAndShareStateAndReminders()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        await PostgresSchema.ApplyAsync(connectionString);
        using var first = await StartAsync(connectionString);
        using var second = await StartAsync(connectionString);

        var members = await MembersAsync(first);
        Assert.Equal([SiloStatus.Active, SiloStatus.Active], members.Select(member => member.Status));
        Assert.All(members, member => Assert.Equal(DateTimeKind.Utc, member.IAmAliveTime.Kind));

        var reminders = second.Services.GetRequiredService<IReminderTable>();
        var start = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        var etag = await reminders.UpsertRow(new ReminderEntry { GrainId = Gpu, ReminderName = "wake", StartAt = start, Period = TimeSpan.FromMinutes(5) });
        var read = await reminders.ReadRow(Gpu, "wake");
        Assert.Equal((start, TimeSpan.FromMinutes(5), etag), (read!.StartAt, read.Period, read.ETag));
        var again = await reminders.UpsertRow(new ReminderEntry { GrainId = Gpu, ReminderName = "wake", StartAt = start, Period = TimeSpan.FromDays(40) });
        Assert.NotEqual(etag, again);
        Assert.Single((await reminders.ReadRows(Gpu)).Reminders);
        Assert.Single((await reminders.ReadRows(0, 0)).Reminders);
        Assert.False(await reminders.RemoveRow(Gpu, "wake", etag!));
        Assert.True(await reminders.RemoveRow(Gpu, "wake", again!));
        Assert.Empty((await reminders.ReadRows(Gpu)).Reminders);

        await second.StopAsync();
        members = await MembersAsync(first);
        Assert.Equal([SiloStatus.Active, SiloStatus.Dead], members.Select(member => member.Status).Order());
        var table = first.Services.GetRequiredService<IMembershipTable>();
        await table.CleanupDefunctSiloEntriesAsync(DateTimeOffset.MaxValue, CancellationToken.None);
        Assert.Single((await table.ReadAllAsync(CancellationToken.None)).Members);
        await first.StopAsync();
    }

    [Fact]
    public async Task GrainStateIsFencedByItsVersion()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        await PostgresSchema.ApplyAsync(connectionString);
        using var silo = await StartAsync(connectionString);
        var storage = silo.Services.GetRequiredKeyedService<IGrainStorage>("Default");

        foreach (var grain in new[] { Gpu, Queue })
        {
            var state = await ReadAsync(storage, grain);
            Assert.False(state.RecordExists);
            Assert.Null(state.ETag);

            state.State!.Text = "one";
            await storage.WriteStateAsync("state", grain, state);
            var other = await ReadAsync(storage, grain);
            Assert.Equal((true, "one", state.ETag), (other.RecordExists, other.State!.Text, other.ETag));

            other.State.Text = "two";
            await storage.WriteStateAsync("state", grain, other);
            await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("state", grain, state));
            await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("state", grain, state));
            await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("state", grain, new GrainState<Note>(new Note())));

            await storage.ClearStateAsync("state", grain, other);
            var cleared = await ReadAsync(storage, grain);
            Assert.Equal((false, ""), (cleared.RecordExists, cleared.State!.Text));
            cleared.State.Text = "three";
            await storage.WriteStateAsync("state", grain, cleared);
            Assert.Equal("three", (await ReadAsync(storage, grain)).State!.Text);
        }
    }

    [Fact]
    public async Task OfManyFirstWritesOneWins()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        await PostgresSchema.ApplyAsync(connectionString);
        using var silo = await StartAsync(connectionString);
        var storage = silo.Services.GetRequiredKeyedService<IGrainStorage>("Default");

        var won = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            try
            {
                await storage.WriteStateAsync("state", Gpu, new GrainState<Note>(new Note { Text = $"{i}" }));
                return true;
            }
            catch (InconsistentStateException)
            {
                return false;
            }
        }));

        Assert.Equal(1, won.Count(w => w));
        Assert.Equal($"{Array.IndexOf(won, true)}", (await ReadAsync(storage, Gpu)).State!.Text);
    }

    private static async Task<GrainState<Note>> ReadAsync(IGrainStorage storage, GrainId grain)
    {
        var state = new GrainState<Note>(new Note());
        await storage.ReadStateAsync("state", grain, state);
        return state;
    }

    private static async Task<IReadOnlyList<MembershipEntry>> MembersAsync(IHost silo) =>
        [.. (await silo.Services.GetRequiredService<IMembershipTable>().ReadAllAsync(CancellationToken.None)).Members.Select(member => member.Item1)];

    private static async Task<IHost> StartAsync(string connectionString)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            silo.AddPostgres(connectionString);
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("test", "test"));
            silo.Configure<EndpointOptions>(options =>
                (options.AdvertisedIPAddress, options.SiloPort, options.GatewayPort) = (IPAddress.Loopback, FreePort(), FreePort()));
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

[GenerateSerializer, Alias("continuity.test-note")]
public sealed class Note
{
    [Id(0)]
    public string Text { get; set; } = "";
}
