using Npgsql;

using NpgsqlTypes;

namespace Continuity.Grains.Stores.Postgres;

/// <summary>
/// Several changes as one round trip and one transaction: all of them or none. Pipelines are taken in the order of their ids, so that two batches never wait for
/// each other in a circle.
/// </summary>
internal static class PipelineBatch
{
    private const string CreateSql =
        """
        WITH added AS (
            INSERT INTO pipeline (id, version, status, created, search, summary) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
        ), defined AS (
            INSERT INTO definition (pipeline, body) SELECT * FROM unnest($1, $7)
        ), tasks AS (
            INSERT INTO task (pipeline, position, state, body) SELECT * FROM unnest($8, $9, $10, $11)
        ), used AS (
            INSERT INTO artifact_use (sha256, pipeline) SELECT * FROM unnest($12, $13) ON CONFLICT DO NOTHING
        )
        INSERT INTO event (pipeline, version, position, at, task, name, text) SELECT * FROM unnest($14, $15, $16, $17, $18, $19, $20)
        """;

    // Every pipeline must be at the version before: the gate is open for the whole batch, or for none of it. The row lock lasts to the end of the transaction.
    private const string SaveSql =
        """
        WITH change AS MATERIALIZED (
            SELECT * FROM unnest($1, $2, $3, $4) AS c (id, version, status, summary)
        ), fenced AS MATERIALIZED (
            SELECT p.id, c.version, c.status, c.summary FROM change AS c JOIN pipeline AS p ON p.id = c.id AND p.version = c.version - 1
            ORDER BY p.id FOR NO KEY UPDATE OF p
        ), gate AS MATERIALIZED (
            SELECT count(*) = cardinality($1) AS open FROM fenced
        ), saved AS (
            UPDATE pipeline AS p SET version = f.version, status = f.status, summary = f.summary
            FROM fenced AS f WHERE p.id = f.id AND (SELECT open FROM gate)
        ), tasks AS (
            UPDATE task AS t SET state = r.state, body = r.body FROM unnest($5, $6, $7, $8) AS r (pipeline, position, state, body)
            WHERE t.pipeline = r.pipeline AND t.position = r.position AND (SELECT open FROM gate)
        ), told AS (
            INSERT INTO event (pipeline, version, position, at, task, name, text)
            SELECT * FROM unnest($9, $10, $11, $12, $13, $14, $15) WHERE (SELECT open FROM gate)
        )
        """;

    private const string ExtrasSql =
        """
        , used AS (
            INSERT INTO artifact_use (sha256, pipeline) SELECT * FROM unnest($16, $17) WHERE (SELECT open FROM gate) ON CONFLICT DO NOTHING
        ), carried_out AS (
            INSERT INTO operation (pipeline, id, version) SELECT * FROM unnest($18, $19, $20) WHERE (SELECT open FROM gate) ON CONFLICT DO NOTHING
        )
        """;

    private const string OpenSql = "\nSELECT open FROM gate";

    private const string TrimSql =
        """
        DELETE FROM operation AS o USING (
            SELECT pipeline, id, row_number() OVER (PARTITION BY pipeline ORDER BY version DESC) AS age FROM operation WHERE pipeline = ANY ($1)
        ) AS old
        WHERE o.pipeline = old.pipeline AND o.id = old.id AND old.age > 64
        """;

    /// <summary>Sends the changes.</summary>
    /// <returns>
    /// <see langword="false"/> when a pipeline is at another version than its change follows on: no transition is written then, while new pipelines are.
    /// </returns>
    /// <exception cref="PostgresException">Nothing is written; a duplicate key when one of the new pipelines is there already.</exception>
    public static async Task<bool> SendAsync(NpgsqlDataSource source, IReadOnlyList<PipelineChange> changes, CancellationToken cancellationToken)
    {
        var created = changes.Where(change => change.New is not null).OrderBy(change => change.Id, StringComparer.Ordinal).ToList();
        var saved = changes.Where(change => change.New is null).OrderBy(change => change.Id, StringComparer.Ordinal).ToList();
        await using var batch = source.CreateBatch();
        if (saved.Count > 0)
        {
            batch.BatchCommands.Add(Save(saved));
            if (saved.Where(change => change.Operation is not null).Select(change => change.Id).ToArray() is { Length: > 0 } commanded)
            {
                batch.BatchCommands.Add(Command(TrimSql, Texts(commanded)));
            }
        }

        if (created.Count > 0)
        {
            batch.BatchCommands.Add(Create(created));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var open = saved.Count == 0 || (await reader.ReadAsync(cancellationToken) && reader.GetBoolean(0));
        while (await reader.NextResultAsync(cancellationToken))
        {
            // To the end, where a fault of a later statement shows, and that of the commit.
        }

        return open;
    }

    private static NpgsqlBatchCommand Create(List<PipelineChange> changes)
    {
        var command = Command(CreateSql, Texts(changes, change => change.Id), Longs(changes, change => change.Version), Texts(changes, change => change.Status));
        Add(command, Longs(changes, change => change.New!.Created), Texts(changes, change => change.New!.Search));
        Add(command, Utf8(changes, change => change.Summary), Utf8(changes, change => change.New!.Definition));
        AddRows(command, changes);
        AddArtifacts(command, changes);
        AddEvents(command, changes);
        return command;
    }

    private static NpgsqlBatchCommand Save(List<PipelineChange> changes)
    {
        // Without outputs and commands, as most are, the statement is a shorter one.
        var extras = changes.Exists(change => change.Artifacts.Count > 0 || change.Operation is not null);
        var command = Command(
            extras ? SaveSql + ExtrasSql + OpenSql : SaveSql + OpenSql,
            Texts(changes, change => change.Id),
            Longs(changes, change => change.Version),
            Texts(changes, change => change.Status),
            Utf8(changes, change => change.Summary));
        AddRows(command, changes);
        AddEvents(command, changes);
        if (extras)
        {
            var commands = changes.Where(change => change.Operation is not null).ToList();
            AddArtifacts(command, changes);
            Add(command, Texts(commands, change => change.Id));
            Add(command, new NpgsqlParameter<Guid[]> { TypedValue = [.. commands.Select(change => change.Operation!.Value)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
            Add(command, Longs(commands, change => change.Version));
        }

        return command;
    }

    private static void AddRows(NpgsqlBatchCommand command, List<PipelineChange> changes)
    {
        var rows = changes.SelectMany(change => change.Rows, (change, row) => (change.Id, Row: row)).ToList();
        Add(command, Texts(rows, row => row.Id), Integers(rows, row => row.Row.Position), Texts(rows, row => row.Row.State), Utf8(rows, row => row.Row.Body));
    }

    private static void AddArtifacts(NpgsqlBatchCommand command, List<PipelineChange> changes)
    {
        // In one order too: two pipelines may begin to use the same files at the same time.
        var uses = changes.SelectMany(change => change.Artifacts, (change, sha256) => (change.Id, Sha256: sha256)).Order().ToList();
        Add(command, Texts(uses, use => use.Sha256), Texts(uses, use => use.Id));
    }

    private static void AddEvents(NpgsqlBatchCommand command, List<PipelineChange> changes)
    {
        var lines = changes.SelectMany(change => change.Events.Select((line, i) => (change.Id, Position: i, Line: line))).ToList();
        Add(command, Texts(lines, line => line.Id), Longs(lines, line => line.Line.Version), Integers(lines, line => line.Position));
        Add(command, Longs(lines, line => line.Line.At.UtcTicks), Texts(lines, line => line.Line.TaskId), Texts(lines, line => line.Line.Name));
        Add(command, Texts(lines, line => StoreText.Clean(line.Line.Text)));
    }

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        Add(command, parameters);
        return command;
    }

    private static void Add(NpgsqlBatchCommand command, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }
    }

    private static NpgsqlParameter<string?[]> Texts(string?[] values) => new() { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter<string?[]> Texts<T>(List<T> items, Func<T, string?> value) => Texts(items.ConvertAll(item => value(item)).ToArray());

    // Text, but in the form in which it is sent.
    private static NpgsqlParameter<byte[][]> Utf8<T>(List<T> items, Func<T, byte[]> value) =>
        new() { TypedValue = items.ConvertAll(item => value(item)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter<long[]> Longs<T>(List<T> items, Func<T, long> value) =>
        new() { TypedValue = items.ConvertAll(item => value(item)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

    private static NpgsqlParameter<int[]> Integers<T>(List<T> items, Func<T, int> value) =>
        new() { TypedValue = items.ConvertAll(item => value(item)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer };
}
