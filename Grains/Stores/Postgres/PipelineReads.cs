using System.Collections.Immutable;
using System.Text.Json;

using Continuity.Pipelines;
using Continuity.Tasks;

using Npgsql;

using NpgsqlTypes;

namespace Continuity.Grains.Stores.Postgres;

/// <summary>What is read of pipelines: each a single statement, and so of one moment.</summary>
internal static class PipelineReads
{
    public static async Task<StoredPipeline?> LoadAsync(NpgsqlDataSource source, PipelineId id, CancellationToken cancellationToken)
    {
        var found = await QueryAsync(
            source,
            """
            SELECT p.summary, d.body,
                ARRAY(SELECT body FROM task WHERE pipeline = p.id ORDER BY position),
                ARRAY(SELECT id FROM operation WHERE pipeline = p.id)
            FROM pipeline AS p JOIN definition AS d ON d.pipeline = p.id WHERE p.id = $1
            """,
            reader => new StoredPipeline(
                JsonSerializer.Deserialize(reader.GetString(1), StoreJson.Default.PipelineDefinition)!,
                ReadSummary(reader.GetString(0)),
                [.. reader.GetFieldValue<string[]>(2).Select(row => JsonSerializer.Deserialize(row, StoreJson.Default.TaskRow)!)],
                [.. reader.GetFieldValue<Guid[]>(3)]),
            cancellationToken,
            Text(id.Value));
        return found.FirstOrDefault();
    }

    public static async Task<Dictionary<string, long>> GetVersionsAsync(NpgsqlDataSource source, string[] ids, CancellationToken cancellationToken)
    {
        var found = await QueryAsync(
            source,
            "SELECT id, version FROM pipeline WHERE id = ANY ($1)",
            reader => KeyValuePair.Create(reader.GetString(0), reader.GetInt64(1)),
            cancellationToken,
            new NpgsqlParameter<string[]> { TypedValue = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        return new Dictionary<string, long>(found, StringComparer.Ordinal);
    }

    public static async Task<ImmutableArray<TaskEvent>> GetHistoryAsync(NpgsqlDataSource source, PipelineId id, string? taskId, int limit, CancellationToken cancellationToken)
    {
        var events = await QueryAsync(
            source,
            $"SELECT version, at, task, name, text FROM event WHERE pipeline = $1 {(taskId is null ? "" : "AND task = $3")} ORDER BY version DESC, position DESC LIMIT $2",
            reader => new TaskEvent(
                reader.GetInt64(0),
                new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.GetString(3),
                reader.GetString(4)),
            cancellationToken,
            taskId is null ? [Text(id.Value), Number(limit)] : [Text(id.Value), Number(limit), Text(taskId)]);
        events.Reverse();
        return [.. events];
    }

    public static async Task<PipelinePage> ListAsync(NpgsqlDataSource source, PipelineQuery query, CancellationToken cancellationToken)
    {
        var limit = Math.Clamp(query.Limit, 1, 500);
        var (created, id) = StoreText.ParseCursor(query.After);
        List<NpgsqlParameter> parameters = [Number(created), Text(id), Number(limit + 1)];
        var where = "(created, id) < ($1, $2)";
        if (query.Status is { } status)
        {
            parameters.Add(Text(PipelineChange.Text(status)));
            where += $" AND status = ${parameters.Count}";
        }

        if (StoreText.Pattern(query.Search) is { } pattern)
        {
            parameters.Add(Text(pattern.ToLowerInvariant()));
            where += $" AND search LIKE ${parameters.Count}";
        }

        var items = await QueryAsync(
            source,
            ListSql(where),
            reader => ReadSummary(reader.GetString(0)),
            cancellationToken,
            [.. parameters]);
        var page = items.Take(limit).ToImmutableArray();
        return new PipelinePage(page, items.Count > limit ? StoreText.Cursor(page[^1]) : null);
    }

    // What is on the page is found in an index alone, which also holds what a search looks through; a search that finds little would else read every row.
    internal static string ListSql(string where) =>
        $"""
        SELECT p.summary
        FROM (SELECT created, id FROM pipeline WHERE {where} ORDER BY created DESC, id DESC LIMIT $3) AS found
        JOIN pipeline AS p ON p.id = found.id
        ORDER BY found.created DESC, found.id DESC
        """;

    public static async Task<ImmutableArray<PipelineId>> ListUnfinishedAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
    [
        .. await QueryAsync(
            source,
            "SELECT id FROM pipeline WHERE status IN ('active', 'cancelling') OR (status = 'paused' AND (summary::json #>> '{counts,running}')::int > 0)",
            reader => new PipelineId(reader.GetString(0)),
            cancellationToken),
    ];

    public static async Task<ImmutableHashSet<string>> FindReferencedAsync(NpgsqlDataSource source, string[] sha256s, CancellationToken cancellationToken)
    {
        var found = await QueryAsync(
            source,
            "SELECT a.sha256 FROM unnest($1) AS a (sha256) WHERE EXISTS (SELECT 1 FROM artifact_use AS u WHERE u.sha256 = a.sha256)",
            reader => reader.GetString(0),
            cancellationToken,
            new NpgsqlParameter<string[]> { TypedValue = sha256s, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        return found.ToImmutableHashSet(StringComparer.Ordinal);
    }

    public static async Task<string> GetFarmIdAsync(NpgsqlDataSource source, CancellationToken cancellationToken) =>
        (await QueryAsync(source, "SELECT id FROM farm", reader => reader.GetString(0), cancellationToken))[0];

    public static async Task<List<T>> QueryAsync<T>(
        NpgsqlDataSource source,
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    private static PipelineSummary ReadSummary(string json) => JsonSerializer.Deserialize(json, StoreJson.Default.PipelineSummary)!;
}
