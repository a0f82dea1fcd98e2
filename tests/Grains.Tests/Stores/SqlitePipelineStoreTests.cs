using Continuity.Engine.Pipelines;
using Continuity.Grains.Stores;
using Continuity.Grains.Stores.Sqlite;
using Continuity.Pipelines;

using Microsoft.Data.Sqlite;

namespace Continuity.Grains.Tests.Stores;

public sealed class SqlitePipelineStoreTests : PipelineStoreConformance, IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("continuity-store-").FullName;
    private readonly List<SqliteDatabase> _databases = [];
    private IPipelineStore _store = null!;

    private protected override IPipelineStore Store => _store;

    private string Path => System.IO.Path.Combine(_folder, "store.db");

    public Task InitializeAsync()
    {
        _store = Open();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var database in _databases)
        {
            await database.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task AStoreOfANewerVersionIsRefusedAndNotTouched()
    {
        await _databases[0].DisposeAsync();
        using (var connection = new SqliteConnection($"Data Source={Path}"))
        {
            connection.Open();
            connection.Execute("PRAGMA user_version = 99");
        }

        var error = Assert.Throws<InvalidOperationException>(() => new SqliteDatabase(Path));
        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileThatIsNoStoreIsRefusedWithItsName()
    {
        var path = System.IO.Path.Combine(_folder, "other.db");
        await File.WriteAllTextAsync(path, new string('x', 5000));

        var error = Assert.ThrowsAny<Exception>(() => new SqliteDatabase(path));
        Assert.Contains("other.db", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWriterThatIsLockedOutSaysSoAndRecovers()
    {
        var state = PipelineState.Create(Pipes.Of(Pipes.Keyframe("k1")), DateTimeOffset.UnixEpoch);
        using (var foreign = new SqliteConnection($"Data Source={Path}"))
        {
            foreign.Open();
            using var transaction = foreign.BeginTransaction(deferred: false);
            var error = await Assert.ThrowsAsync<StoreException>(() => Store.CreateAsync(state));
            Assert.Contains("locked by another program", error.Message, StringComparison.Ordinal);
            transaction.Rollback();
        }

        Assert.True(await Store.CreateAsync(state));
    }

    private protected override Task<IPipelineStore> ReopenAsync() => Task.FromResult<IPipelineStore>(Open());

    private SqlitePipelineStore Open()
    {
        var database = new SqliteDatabase(Path);
        _databases.Add(database);
        return new SqlitePipelineStore(database);
    }
}
