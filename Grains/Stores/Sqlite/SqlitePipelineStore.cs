using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

using Continuity.Engine.Pipelines;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Stores.Sqlite;

/// <summary>The pipeline store in a SQLite file.</summary>
internal sealed class SqlitePipelineStore(SqliteDatabase database) : IPipelineStore
{
    public Task<bool> CreateAsync(PipelineState state, CancellationToken cancellationToken = default)
    {
        var summary = state.Summary;
        var definition = JsonSerializer.SerializeToUtf8Bytes(state.Definition, StoreJson.Default.PipelineDefinition);
        var uses = ArtifactUses.Of(state.Definition);
        var rows = state.Rows.Select(Stored.Of).ToList();
        var (head, events) = (Text(summary), state.FirstEvents);
        return database.WriteAsync(
            session =>
            {
                var created = session.Execute(
                    "INSERT INTO pipeline (id, version, status, name, created, summary) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                    summary.Id.Value,
                    summary.Version,
                    Text(summary.Status),
                    StoreText.Clean(summary.Name),
                    summary.CreatedAt.UtcTicks,
                    head);
                if (created == 0)
                {
                    return false;
                }

                // Apart from the row that changes with every transition: SQLite rewrites a row whole.
                session.Execute("INSERT INTO definition (pipeline, json) VALUES ($1, $2)", summary.Id.Value, definition);

                for (var i = 0; i < rows.Count; i++)
                {
                    PutRow(session, summary.Id, i, rows[i]);
                }

                PutUses(session, summary.Id, uses);
                PutEvents(session, summary.Id, events);
                return true;
            },
            cancellationToken);
    }

    public Task<StoredPipeline?> LoadAsync(PipelineId id, CancellationToken cancellationToken = default) => database.ReadAsync(
        // One read transaction: rows and summary of the same version.
        session => session.Transact("BEGIN", _ =>
        {
            var head = session.Query(
                "SELECT summary, json FROM pipeline JOIN definition ON pipeline = id WHERE id = $1",
                reader => (Summary: ReadSummary(reader.GetString(0)), Definition: ReadDefinition(reader.GetFieldValue<byte[]>(1))),
                id.Value);
            if (head.Count == 0)
            {
                return null;
            }

            var rows = session.Query("SELECT row FROM task WHERE pipeline = $1 ORDER BY position", reader => ReadRow(reader.GetString(0)), id.Value);
            var operations = session.Query("SELECT id FROM operation WHERE pipeline = $1", reader => Guid.Parse(reader.GetString(0), CultureInfo.InvariantCulture), id.Value);
            return new StoredPipeline(head[0].Definition, head[0].Summary, [.. rows], [.. operations]);
        }),
        cancellationToken);

    public Task<bool> SaveAsync(Transition transition, Guid? operationId = null, CancellationToken cancellationToken = default)
    {
        var summary = transition.Summary;
        var uses = ArtifactUses.Of(transition.Rows);
        var rows = transition.Rows.Select(change => (change.Key, Row: Stored.Of(change.Value))).ToList();
        var head = Text(summary);
        return database.WriteAsync(
            session =>
            {
                var fenced = session.Execute(
                    "UPDATE pipeline SET version = $2, status = $3, summary = $4 WHERE id = $1 AND version = $5",
                    summary.Id.Value,
                    summary.Version,
                    Text(summary.Status),
                    head,
                    summary.Version - 1) == 0;
                if (fenced)
                {
                    return false;
                }

                foreach (var (position, row) in rows)
                {
                    PutRow(session, summary.Id, position, row);
                }

                PutUses(session, summary.Id, uses);
                PutEvents(session, summary.Id, transition.Events);

                if (operationId is { } operation)
                {
                    session.Execute("INSERT INTO operation (pipeline, id, version) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", summary.Id.Value, operation.ToString(), summary.Version);
                    session.Execute(
                        "DELETE FROM operation WHERE pipeline = $1 AND id NOT IN (SELECT id FROM operation WHERE pipeline = $1 ORDER BY version DESC LIMIT 64)",
                        summary.Id.Value);
                }

                return true;
            },
            cancellationToken);
    }

    public Task<bool> DeleteAsync(PipelineId id, long version, CancellationToken cancellationToken = default) => database.WriteAsync(
        session => session.Execute("DELETE FROM pipeline WHERE id = $1 AND version = $2", id.Value, version) == 1,
        cancellationToken);

    public Task<ImmutableArray<TaskEvent>> GetHistoryAsync(PipelineId id, string? taskId, int limit, CancellationToken cancellationToken = default) => database.ReadAsync(
        session =>
        {
            var events = session.Query(
                $"SELECT version, at, task, name, text FROM event WHERE pipeline = $1 {(taskId is null ? "" : "AND task = $2")} ORDER BY version DESC, position DESC LIMIT $3",
                reader => new TaskEvent(
                    reader.GetInt64(0),
                    new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero),
                    reader.IsDBNull(2) ? null : reader.GetString(2),
                    reader.GetString(3),
                    reader.GetString(4)),
                id.Value,
                taskId,
                limit);
            events.Reverse();
            return events.ToImmutableArray();
        },
        cancellationToken);

    public Task<PipelinePage> ListAsync(PipelineQuery query, CancellationToken cancellationToken = default)
    {
        var limit = Math.Clamp(query.Limit, 1, 500);
        var (created, id) = StoreText.ParseCursor(query.After);
        return database.ReadAsync(
            session =>
            {
                var items = session.Query(
                    ListSql(query),
                    reader => ReadSummary(reader.GetString(0)),
                    created,
                    id,
                    query.Status is { } status ? Text(status) : null,
                    StoreText.Pattern(query.Search),
                    limit + 1);
                var page = items.Take(limit).ToImmutableArray();
                return new PipelinePage(page, items.Count > limit ? StoreText.Cursor(page[^1]) : null);
            },
            cancellationToken);
    }

    // What is on the page is found in an index alone, which also holds what a search looks through; a search that finds little would else read every row.
    internal static string ListSql(PipelineQuery query) =>
        $"""
        SELECT p.summary
        FROM (
            SELECT created, id FROM pipeline
            WHERE (created, id) < ($1, $2)
            {(query.Status is null ? "" : "AND status = $3")}
            {(string.IsNullOrEmpty(query.Search) ? "" : "AND (name LIKE $4 ESCAPE '\\' OR id LIKE $4 ESCAPE '\\')")}
            ORDER BY created DESC, id DESC LIMIT $5
        ) AS found
        JOIN pipeline AS p ON p.id = found.id
        ORDER BY found.created DESC, found.id DESC
        """;

    public Task<ImmutableArray<PipelineId>> ListUnfinishedAsync(CancellationToken cancellationToken = default) => database.ReadAsync(
        session => session.Query(
            "SELECT id FROM pipeline WHERE status IN ($1, $2) OR (status = $3 AND json_extract(summary, '$.counts.running') > 0)",
            reader => new PipelineId(reader.GetString(0)),
            Text(PipelineStatus.Active),
            Text(PipelineStatus.Cancelling),
            Text(PipelineStatus.Paused)).ToImmutableArray(),
        cancellationToken);

    public Task<long?> GetVersionAsync(PipelineId id, CancellationToken cancellationToken = default) => database.ReadAsync(
        session => session.Query("SELECT version FROM pipeline WHERE id = $1", reader => (long?)reader.GetInt64(0), id.Value).FirstOrDefault(),
        cancellationToken);

    public Task<string> GetFarmIdAsync(CancellationToken cancellationToken = default) => database.ReadAsync(
        session => session.Query("SELECT id FROM farm", reader => reader.GetString(0))[0],
        cancellationToken);

    public Task<ImmutableHashSet<string>> FindReferencedAsync(IReadOnlyCollection<string> sha256s, CancellationToken cancellationToken = default) => database.ReadAsync(
        session => session.Query(
            "SELECT asked.value FROM json_each($1) AS asked WHERE EXISTS (SELECT 1 FROM artifact_use WHERE sha256 = asked.value)",
            reader => reader.GetString(0),
            JsonSerializer.Serialize(sha256s, StoreJson.Default.IReadOnlyCollectionString)).ToImmutableHashSet(StringComparer.Ordinal),
        cancellationToken);

    public Task ProbeWriteAsync(CancellationToken cancellationToken = default) => database.WriteAsync(
        session => session.Execute("INSERT INTO write_probe (id, at) VALUES (1, unixepoch()) ON CONFLICT DO UPDATE SET at = excluded.at"),
        cancellationToken);

    private static void PutUses(SqliteSession session, PipelineId id, IEnumerable<string> uses)
    {
        foreach (var sha256 in uses)
        {
            session.Execute("INSERT INTO artifact_use (sha256, pipeline) VALUES ($1, $2) ON CONFLICT DO NOTHING", sha256, id.Value);
        }
    }

    private static void PutRow(SqliteSession session, PipelineId id, int position, Stored row) => session.Execute(
        "INSERT INTO task (pipeline, position, state, row) VALUES ($1, $2, $3, $4) ON CONFLICT DO UPDATE SET state = excluded.state, row = excluded.row",
        id.Value,
        position,
        row.State,
        row.Json);

    private static void PutEvents(SqliteSession session, PipelineId id, ImmutableArray<TaskEvent> lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            session.Execute(
                "INSERT INTO event (pipeline, version, position, at, task, name, text) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                id.Value,
                lines[i].Version,
                i,
                lines[i].At.UtcTicks,
                lines[i].TaskId,
                lines[i].Name,
                StoreText.Clean(lines[i].Text));
        }
    }

    private static string Text(PipelineStatus status) => status.ToString().ToLowerInvariant();

    private static string Text(PipelineSummary summary) => JsonSerializer.Serialize(summary, StoreJson.Default.PipelineSummary);

    private static PipelineSummary ReadSummary(string json) => JsonSerializer.Deserialize(json, StoreJson.Default.PipelineSummary)!;

    private static PipelineDefinition ReadDefinition(byte[] json) => JsonSerializer.Deserialize(json, StoreJson.Default.PipelineDefinition)!;

    private static TaskRow ReadRow(string json) => JsonSerializer.Deserialize(json, StoreJson.Default.TaskRow)!;

    // A row as it is written: made by the caller, so that the one thread that writes has less to do.
    private readonly record struct Stored(string State, string Json)
    {
        public static Stored Of(TaskRow row) => new(row.State.ToString().ToLowerInvariant(), JsonSerializer.Serialize(row, StoreJson.Default.TaskRow));
    }
}
