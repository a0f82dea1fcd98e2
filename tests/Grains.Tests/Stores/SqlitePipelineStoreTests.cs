using Continuity.Engine.Pipelines;
using Continuity.Grains.Stores;
using Continuity.Grains.Stores.Sqlite;
using Continuity.Pipelines;
using Continuity.Tasks;

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
        using (var session = new SqliteSession($"Data Source={Path}"))
        {
            session.Execute("PRAGMA user_version = 99");
        }

        var error = Assert.Throws<InvalidOperationException>(() => new SqliteDatabase(Path));
        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(null, "film")]
    [InlineData(PipelineStatus.Failed, "film")]
    public void WhatAPageHoldsIsFoundInAnIndexAlone(PipelineStatus? status, string? search)
    {
        using var session = new SqliteSession($"Data Source={Path}");
        var plan = session.Query($"EXPLAIN QUERY PLAN {SqlitePipelineStore.ListSql(new PipelineQuery(status, search))}", reader => reader.GetString(3), 1, "", "failed", "%film%", 51);

        Assert.Contains(plan, step => step.StartsWith("SEARCH pipeline USING COVERING INDEX", StringComparison.Ordinal));
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

    [Fact]
    public async Task AStoreOfTheFirstVersionIsBroughtUpToDateWithWhatItsPipelinesName()
    {
        var path = System.IO.Path.Combine(_folder, "old.db");
        var (input, output) = (new string('a', 64), new string('b', 64));
        using (var session = new SqliteSession($"Data Source={path}"))
        {
            session.Execute(SqliteSchema.Steps[0] + "PRAGMA user_version = 1");
            session.Execute(
                "INSERT INTO pipeline VALUES ('p', 3, 'active', 'Old', 1, $1)",
                """{"id":"p","name":"Old","status":"active","version":3,"createdAt":"2026-01-02T03:04:05+00:00","updatedAt":"2026-01-02T03:04:05+00:00","counts":{"completed":1}}""");
            session.Execute(
                "INSERT INTO definition VALUES ('p', $1)",
                System.Text.Encoding.UTF8.GetBytes(
                    """{"id":"p","name":"Old","tasks":[{"id":"t","kind":"generic","label":"T","dependencies":[],"inputs":{"x":{"is":"firstOf","choices":[{"is":"artifact","artifact":{"sha256":"INPUT","size":1,"mediaType":"image/png"}}]}}}]}""".Replace("INPUT", input, StringComparison.Ordinal)));
            session.Execute(
                "INSERT INTO task VALUES ('p', 0, 'completed', $1)",
                """{"taskId":"t","state":"completed","version":3,"attempts":1,"result":{"outputs":[{"artifact":{"sha256":"OUTPUT","size":1,"mediaType":"image/png"},"fileName":"x.png"}],"metadata":{}}}""".Replace("OUTPUT", output, StringComparison.Ordinal));
        }

        var database = new SqliteDatabase(path);
        _databases.Add(database);
        var store = new SqlitePipelineStore(database);

        Assert.Equal([input, output], (await store.FindReferencedAsync([input, output, new string('c', 64)])).Order());
        Assert.Equal(TaskState.Completed, (await store.LoadAsync(new PipelineId("p")))!.Rows[0].State);
        Assert.True(await store.DeleteAsync(new PipelineId("p"), 3));
        Assert.Empty(await store.FindReferencedAsync([input, output]));
    }

    private protected override Task<IPipelineStore> ReopenAsync() => Task.FromResult<IPipelineStore>(Open());

    private SqlitePipelineStore Open()
    {
        var database = new SqliteDatabase(Path);
        _databases.Add(database);
        return new SqlitePipelineStore(database);
    }
}
