using Continuity.Grains.Stores;
using Continuity.Grains.Stores.Postgres;

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

    private protected override Task<IPipelineStore> ReopenAsync() => Task.FromResult<IPipelineStore>(Open());

    private PostgresPipelineStore Open()
    {
        var database = new PostgresDatabase(_connectionString);
        var store = new PostgresPipelineStore(database, TimeProvider.System);
        _open.AddRange([database, store]);
        return store;
    }
}
