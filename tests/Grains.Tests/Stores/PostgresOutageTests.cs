using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

using Continuity.Engine.Pipelines;
using Continuity.Grains.Stores.Postgres;
using Continuity.Pipelines;
using Continuity.Support;
using Continuity.Tasks;

using Npgsql;

namespace Continuity.Grains.Tests.Stores;

/// <summary>What becomes of the store when its server goes away and comes back.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit awaits DisposeAsync.")]
public sealed class PostgresOutageTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    // A call must be answered within the timeout of a connection and that of a statement, and something for a busy machine.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private PostgresServer _server = null!;
    private PostgresDatabase _database = null!;
    private PostgresPipelineStore _store = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        var connectionString = await _server.CreateDatabaseAsync();
        await PostgresSchema.ApplyAsync(connectionString);
        _database = new PostgresDatabase(connectionString);
        _store = new PostgresPipelineStore(_database, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _database.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task AfterARestartEverythingWorksAgain()
    {
        var state = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1")), Now);
        await _store.CreateAsync(state);
        await _server.StopAsync();

        var since = Stopwatch.GetTimestamp();
        await FailsAsync(() => _store.SaveAsync(Begin(state)));
        await FailsAsync(() => _store.LoadAsync(state.Definition.Id));
        await FailsAsync(() => _store.ListUnfinishedAsync());
        await FailsAsync(() => _store.ProbeWriteAsync());
        Assert.True(Stopwatch.GetElapsedTime(since) < Bound);

        await _server.StartAgainAsync();
        Assert.True(await EventuallyAsync(() => _store.SaveAsync(Begin(state))));
        Assert.Equal(2, (await EventuallyAsync(() => _store.LoadAsync(state.Definition.Id)))!.Summary.Version);
        await _store.ProbeWriteAsync();
    }

    [Fact]
    public async Task WhatWasAcknowledgedBeforeAKillIsThereAfterIt()
    {
        var acknowledged = new ConcurrentDictionary<PipelineId, long>();
        var states = Enumerable.Range(0, 40).Select(_ => PipelineState.Create(Pipes.Of([.. Enumerable.Range(0, 200).Select(i => Pipes.Keyframe($"k{i}"))]), Now)).ToList();
        var enough = new TaskCompletionSource();
        var writers = states.Select(async state =>
        {
            try
            {
                await _store.CreateAsync(state);
                acknowledged[state.Definition.Id] = 1;
                for (var i = 0; i < 200; i++)
                {
                    var transition = AttemptRules.Begin(state, $"k{i}", new AttemptRecord(1, Now), Now)!;
                    Assert.True(await _store.SaveAsync(transition));
                    state.Apply(transition);
                    acknowledged[state.Definition.Id] = transition.Summary.Version;
                    if (i >= 20 && acknowledged.Count == states.Count)
                    {
                        enough.TrySetResult();
                    }
                }
            }
            catch (StoreException)
            {
                // The server is gone: what this writer was told before is what counts.
            }
        }).ToList();
        await enough.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await _server.KillAsync();
        await Task.WhenAll(writers).WaitAsync(Bound);
        await _server.StartAgainAsync();

        Assert.Equal(states.Count, acknowledged.Count);
        foreach (var (id, version) in acknowledged)
        {
            var stored = (await EventuallyAsync(() => _store.LoadAsync(id)))!;

            // The last one may have been written without its answer getting through.
            Assert.InRange(stored.Summary.Version, version, version + 1);
            Assert.Equal(stored.Summary.Version - 1, stored.Rows.Count(row => row.State == TaskState.Running));
            Assert.Equal(stored.Summary.Version, (await _store.GetHistoryAsync(id, null, 1000)).Length);
        }
    }

    [Fact]
    public async Task AChangeThatWaitsBehindALockIsGivenUpInTimeAndHoldsUpNoOther()
    {
        var held = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1")), Now);
        await _store.CreateAsync(held);
        await using var foreign = await _database.Reads.OpenConnectionAsync();
        await using (var transaction = await foreign.BeginTransactionAsync())
        {
            await using var command = new NpgsqlCommand($"SELECT 1 FROM pipeline WHERE id = '{held.Definition.Id}' FOR UPDATE", foreign);
            await command.ExecuteScalarAsync();

            var since = Stopwatch.GetTimestamp();
            var waiting = _store.SaveAsync(Begin(held));
            var others = Enumerable.Range(0, 50).Select(_ => _store.CreateAsync(PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1")), Now))).ToList();
            await FailsAsync(() => waiting);
            Assert.All(await Task.WhenAll(others), Assert.True);
            Assert.True(Stopwatch.GetElapsedTime(since) < Bound);
            await transaction.RollbackAsync();
        }

        Assert.True(await _store.SaveAsync(Begin(held)));
    }

    private static Transition Begin(PipelineState state) => AttemptRules.Begin(state, "k1", new AttemptRecord(1, Now), Now)!;

    private static async Task FailsAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<StoreException>(call);
        Assert.True(error.MayPass, error.Message);
    }

    // Connections that died with the server are found out one by one.
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> call)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (StoreException exception) when (exception.MayPass && tries < 30)
            {
                // The next one.
            }
        }
    }
}
