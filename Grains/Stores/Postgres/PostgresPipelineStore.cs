using System.Collections.Immutable;

using Continuity.Engine.Pipelines;
using Continuity.Pipelines;
using Continuity.Tasks;

using Npgsql;

namespace Continuity.Grains.Stores.Postgres;

/// <summary>The pipeline store in PostgreSQL, for any number of silos.</summary>
internal sealed class PostgresPipelineStore(PostgresDatabase database, TimeProvider time) : IPipelineStore, IAsyncDisposable
{
    private readonly PostgresWriter _writer = new(database, time);
    private readonly string _writerName = $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";
    private string? _farmId;

    public Task<bool> CreateAsync(PipelineState state, CancellationToken cancellationToken = default) =>
        _writer.WriteAsync(PipelineChange.Create(state), cancellationToken);

    public Task<StoredPipeline?> LoadAsync(PipelineId id, CancellationToken cancellationToken = default) =>
        GuardAsync(PipelineReads.LoadAsync(database.Reads, id, cancellationToken));

    public Task<bool> SaveAsync(Transition transition, Guid? operationId = null, CancellationToken cancellationToken = default) =>
        _writer.WriteAsync(PipelineChange.Save(transition, operationId), cancellationToken);

    public Task<bool> DeleteAsync(PipelineId id, long version, CancellationToken cancellationToken = default) => GuardAsync(RemoveAsync(id, version, cancellationToken));

    public Task<ImmutableArray<TaskEvent>> GetHistoryAsync(PipelineId id, string? taskId, int limit, CancellationToken cancellationToken = default) =>
        GuardAsync(PipelineReads.GetHistoryAsync(database.Reads, id, taskId, limit, cancellationToken));

    public Task<PipelinePage> ListAsync(PipelineQuery query, CancellationToken cancellationToken = default) =>
        GuardAsync(PipelineReads.ListAsync(database.Reads, query, cancellationToken));

    public Task<ImmutableArray<PipelineId>> ListUnfinishedAsync(CancellationToken cancellationToken = default) =>
        GuardAsync(PipelineReads.ListUnfinishedAsync(database.Reads, cancellationToken));

    public async Task<long?> GetVersionAsync(PipelineId id, CancellationToken cancellationToken = default) =>
        (await GuardAsync(PipelineReads.GetVersionsAsync(database.Reads, [id.Value], cancellationToken))).TryGetValue(id.Value, out var version) ? version : null;

    public async Task<string> GetFarmIdAsync(CancellationToken cancellationToken = default) =>
        _farmId ??= await GuardAsync(PipelineReads.GetFarmIdAsync(database.Reads, cancellationToken));

    public Task<ImmutableHashSet<string>> FindReferencedAsync(IReadOnlyCollection<string> sha256s, CancellationToken cancellationToken = default) =>
        GuardAsync(PipelineReads.FindReferencedAsync(database.Reads, [.. sha256s], cancellationToken));

    public Task ProbeWriteAsync(CancellationToken cancellationToken = default) => GuardAsync(PipelineReads.QueryAsync(
        database.Reads,
        """
        WITH gone AS (DELETE FROM write_probe WHERE at < now() - interval '1 day' AND writer <> $1)
        INSERT INTO write_probe (writer, at) VALUES ($1, now()) ON CONFLICT (writer) DO UPDATE SET at = excluded.at
        """,
        _ => true,
        cancellationToken,
        PipelineReads.Text(_writerName)));

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    private async Task<bool> RemoveAsync(PipelineId id, long version, CancellationToken cancellationToken)
    {
        var removed = await PipelineReads.QueryAsync(
            database.Reads,
            """
            WITH gone AS (DELETE FROM pipeline WHERE id = $1 AND version = $2 RETURNING id),
                definitions AS (DELETE FROM definition AS x USING gone WHERE x.pipeline = gone.id),
                tasks AS (DELETE FROM task AS x USING gone WHERE x.pipeline = gone.id),
                events AS (DELETE FROM event AS x USING gone WHERE x.pipeline = gone.id),
                operations AS (DELETE FROM operation AS x USING gone WHERE x.pipeline = gone.id),
                uses AS (DELETE FROM artifact_use AS x USING gone WHERE x.pipeline = gone.id)
            SELECT id FROM gone
            """,
            reader => reader.GetString(0),
            cancellationToken,
            PipelineReads.Text(id.Value),
            PipelineReads.Number(version));
        return removed.Count == 1;
    }

    private async Task<T> GuardAsync<T>(Task<T> call)
    {
        try
        {
            return await call;
        }
        catch (Exception exception) when (PostgresFaults.IsOfStore(exception))
        {
            throw PostgresFaults.Explain(exception, database.Name);
        }
    }
}
