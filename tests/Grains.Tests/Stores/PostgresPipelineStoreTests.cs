using Continuity.Grains.Stores;
using Continuity.Grains.Stores.Postgres;

using Npgsql;

namespace Continuity.Grains.Tests.Stores;

[Collection(PostgresTests.Name)]
public sealed class PostgresPipelineStoreTests(Postgres postgres) : PipelineStoreConformance, IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _open = [];
    private string _connectionString = "";
    private IPipelineStore _store = null!;

    private protected override IPipelineStore Store => _store;

    public async Task InitializeAsync()
    {
        _connectionString = await postgres.Server.CreateDatabaseAsync();
        await PostgresSchema.ApplyAsync(_connectionString);
        _store = Open();
    }

    public async Task DisposeAsync()
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            await _open[i].DisposeAsync();
        }
    }

    [Theory]
    [InlineData("search LIKE '%no such film%'")]
    [InlineData("search LIKE '%no such film%' AND status = 'failed'")]
    public async Task ASearchLooksThroughAnIndexAlone(string where)
    {
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var fill = source.CreateCommand(
            """
            INSERT INTO pipeline (id, version, status, created, search, summary)
            SELECT 'p' || i, 1, 'failed', i, 'film ' || i, repeat('a summary is much longer than a name', 10) FROM generate_series(1, 20000) AS i
            """);
        await fill.ExecuteNonQueryAsync();
        await using var tidy = source.CreateCommand("VACUUM ANALYZE pipeline");
        await tidy.ExecuteNonQueryAsync();

        await using var explain = source.CreateCommand("EXPLAIN " + PipelineReads.ListSql($"(created, id) < (20000, '') AND {where}").Replace("$3", "51", StringComparison.Ordinal));
        await using var reader = await explain.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        Assert.Contains(plan, step => step.Contains("Index Only Scan Backward", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("Seq Scan on pipeline", StringComparison.Ordinal));
    }

    private protected override Task<IPipelineStore> ReopenAsync() => Task.FromResult<IPipelineStore>(Open());

    private PostgresPipelineStore Open()
    {
        var database = new PostgresDatabase(_connectionString);
        var store = new PostgresPipelineStore(database, TimeProvider.System);
        _open.AddRange([database, store]);
        return store;
    }
}
