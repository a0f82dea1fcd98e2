using System.Diagnostics;

using Continuity.Engine.Pipelines;
using Continuity.Grains.Stores.Postgres;
using Continuity.Pipelines;
using Continuity.Support;

using Npgsql;

namespace Continuity.Grains.Tests.Stores;

[Collection(PostgresTests.Name)]
public sealed class PostgresSchemaTests(Postgres postgres)
{
    [Fact]
    public async Task OfSilosThatStartTogetherOneAppliesTheSchema()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();

        var applied = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostgresSchema.ApplyAsync(connectionString)));

        Assert.Equal(1, applied.Count(changed => changed));
        Assert.Equal(PostgresSchema.Steps[^1].Number, await ScalarAsync<int>(connectionString, "SELECT version FROM schema_version"));
        Assert.Equal(1L, await ScalarAsync<long>(connectionString, "SELECT count(*) FROM farm"));
    }

    [Fact]
    public async Task AProgramFromBeforeAnAdditionGoesOnAndStarts()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        await PostgresSchema.ApplyAsync(connectionString);
        await using var database = new PostgresDatabase(connectionString);
        await using var store = new PostgresPipelineStore(database, TimeProvider.System);
        var before = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1")), DateTimeOffset.UnixEpoch);
        Assert.True(await store.CreateAsync(before));

        var known = PostgresSchema.Steps[^1].Number;
        var added = new SchemaStep(known + 1, known, "ALTER TABLE pipeline ADD COLUMN added_later text; ALTER TABLE task ADD COLUMN added_later integer DEFAULT 7; CREATE TABLE later (x integer)");
        Assert.True(await PostgresSchema.ApplyAsync(database, [.. PostgresSchema.Steps, added], CancellationToken.None));

        // The running one has its statements prepared; the restarted one finds a version that it does not know.
        Assert.True(await store.SaveAsync(AttemptRules.Begin(before, "k1", new Continuity.Tasks.AttemptRecord(1, DateTimeOffset.UnixEpoch), DateTimeOffset.UnixEpoch)!));
        Assert.True(await store.CreateAsync(PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1")), DateTimeOffset.UnixEpoch)));
        Assert.Equal(2, (await store.LoadAsync(before.Definition.Id))!.Summary.Version);
        Assert.False(await PostgresSchema.ApplyAsync(connectionString));
        Assert.Equal(known + 1, await ScalarAsync<int>(connectionString, "SELECT version FROM schema_version"));
    }

    [Fact]
    public async Task AProgramThatIsTooOldIsToldToBeUpdated()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        await using var database = new PostgresDatabase(connectionString);
        var known = PostgresSchema.Steps[^1].Number;
        await PostgresSchema.ApplyAsync(database, [.. PostgresSchema.Steps, new SchemaStep(known + 1, known + 1, "DROP TABLE event")], CancellationToken.None);

        var error = await Assert.ThrowsAsync<StoreException>(() => PostgresSchema.ApplyAsync(connectionString));

        Assert.Contains("Update this program", error.Message, StringComparison.Ordinal);
        Assert.False(error.MayPass);
    }

    [Fact]
    public async Task AStepThatFailsChangesNothing()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        await using var database = new PostgresDatabase(connectionString);
        var known = PostgresSchema.Steps[^1].Number;
        var broken = new SchemaStep(known + 1, known, "CREATE TABLE half (x integer); SELECT nonsense");

        await Assert.ThrowsAsync<StoreException>(() => PostgresSchema.ApplyAsync(database, [.. PostgresSchema.Steps, broken], CancellationToken.None));

        Assert.Equal(0L, await ScalarAsync<long>(connectionString, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
        Assert.True(await PostgresSchema.ApplyAsync(connectionString));
    }

    [Fact]
    public async Task AServerThatIsNotUpYetIsWaitedFor()
    {
        await using var server = await PostgresServer.StartAsync();
        var connectionString = await server.CreateDatabaseAsync();
        await server.StopAsync();

        var applying = PostgresSchema.ApplyAsync(connectionString);
        await server.StartAgainAsync();

        Assert.True(await applying);
    }

    [Fact]
    public async Task AnErrorNamesTheDatabaseAndNeverThePassword()
    {
        const string Nowhere = "Host=127.0.0.1;Port=1;Username=u;Password=topsecret;Database=films";
        var since = Stopwatch.GetTimestamp();
        var unreachable = await Assert.ThrowsAsync<StoreException>(() => PostgresSchema.ApplyAsync(Nowhere, patience: TimeSpan.Zero));
        Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(10));
        Assert.Contains("'films' on 127.0.0.1:1", unreachable.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", unreachable.ToString(), StringComparison.Ordinal);
        Assert.True(unreachable.MayPass);

        var right = await postgres.Server.CreateDatabaseAsync();
        var wrong = new NpgsqlConnectionStringBuilder(right) { Password = "topsecret" }.ConnectionString;
        var refused = await Assert.ThrowsAsync<StoreException>(() => PostgresSchema.ApplyAsync(wrong));
        Assert.Contains("refuses the user or the password", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.MayPass);

        var missing = new NpgsqlConnectionStringBuilder(right) { Database = "nosuch" }.ConnectionString;
        var absent = await Assert.ThrowsAsync<StoreException>(() => PostgresSchema.ApplyAsync(missing));
        Assert.Contains("does not exist", absent.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfTwoFirstWritesOfAGrainThatOverlapOneWins()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        await PostgresSchema.ApplyAsync(connectionString);
        var write = await ScalarAsync<string>(connectionString, "SELECT QueryText FROM OrleansQuery WHERE QueryKey = 'WriteToStorageKey'");
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var first = await source.OpenConnectionAsync();
        await using var second = await source.OpenConnectionAsync();
        await using var transaction = await first.BeginTransactionAsync();

        Assert.Equal(1, await WriteAsync(first));
        var waiting = WriteAsync(second);
        await transaction.CommitAsync();

        Assert.Null(await waiting);
        Assert.Equal(1L, await ScalarAsync<long>(connectionString, "SELECT count(*) FROM orleans_state"));

        async Task<int?> WriteAsync(NpgsqlConnection connection)
        {
            await using var command = new NpgsqlCommand(write, connection);
            command.Parameters.AddWithValue("ServiceId", "s");
            command.Parameters.AddWithValue("GrainTypeString", "epoch");
            command.Parameters.AddWithValue("GrainIdN0", 0L);
            command.Parameters.AddWithValue("GrainIdN1", 1L);
            command.Parameters.AddWithValue("GrainIdExtensionString", DBNull.Value);
            command.Parameters.AddWithValue("GrainStateVersion", DBNull.Value);
            command.Parameters.AddWithValue("PayloadBinary", new byte[] { 1 });
            return await command.ExecuteScalarAsync() as int?;
        }
    }

    private static async Task<T> ScalarAsync<T>(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
