using System.Data;

using Continuity.Pipelines;

using Npgsql;

namespace Continuity.Grains.Stores.Postgres;

/// <summary>
/// The tables, as numbered steps that are applied once each, by whichever silo comes first. A step is never changed after a release: a new one is added. A step
/// that only adds leaves programs before it at work beside those after it, and lets them start.
/// </summary>
public static class PostgresSchema
{
    // Any number, as long as nothing else in this database takes the same.
    private const long Lock = 0x636F6E74696E75;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    internal static readonly IReadOnlyList<SchemaStep> Steps =
    [
        SchemaStep.Load(1, oldestCompatible: 1, "0001-pipelines.sql"),
        SchemaStep.Load(2, oldestCompatible: 2, "0002-orleans.sql"),
    ];

    /// <summary>
    /// Brings the database to the newest step that this program knows. To be awaited before a silo is started: Orleans' providers read their queries from it.
    /// </summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="patience">How long to wait for a server that is not up yet. Default 30 s.</param>
    /// <param name="time">The clock; the system's when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether this call changed anything.</returns>
    /// <exception cref="StoreException">It cannot be reached, or a newer program has changed it so that this one can no longer work on it.</exception>
    public static async Task<bool> ApplyAsync(
        string connectionString,
        TimeSpan? patience = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        await using var database = new PostgresDatabase(connectionString);
        var clock = time ?? TimeProvider.System;
        var deadline = clock.GetSteadyNow() + (patience ?? TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                return await ApplyAsync(database, Steps, cancellationToken);
            }
            catch (StoreException exception) when (exception.MayPass && clock.GetSteadyNow() < deadline)
            {
                await Task.Delay(RetryDelay, clock, cancellationToken);
            }
        }
    }

    internal static async Task<bool> ApplyAsync(PostgresDatabase database, IReadOnlyList<SchemaStep> steps, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.Reads.OpenConnectionAsync(cancellationToken);
            if (await IsUpToDateAsync(connection, database.Name, steps, cancellationToken))
            {
                return false;
            }

            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
            await ExecuteAsync(connection, $"SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({Lock})", cancellationToken);
            if (await IsUpToDateAsync(connection, database.Name, steps, cancellationToken))
            {
                return false;
            }

            await ExecuteAsync(
                connection,
                """
                CREATE TABLE IF NOT EXISTS schema_version (
                    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
                    version integer NOT NULL,
                    oldest_compatible integer NOT NULL
                );
                INSERT INTO schema_version (version, oldest_compatible) VALUES (0, 0) ON CONFLICT DO NOTHING
                """,
                cancellationToken);
            var (version, oldest) = await ReadAsync(connection, cancellationToken) ?? default;
            foreach (var step in steps.Where(step => step.Number > version))
            {
                await ExecuteAsync(connection, step.Sql, cancellationToken);
                oldest = Math.Max(oldest, step.OldestCompatible);
            }

            await ExecuteAsync(connection, $"UPDATE schema_version SET version = {steps[^1].Number}, oldest_compatible = {oldest}", cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (PostgresFaults.IsOfStore(exception))
        {
            throw PostgresFaults.Explain(exception, database.Name);
        }
    }

    private static async Task<bool> IsUpToDateAsync(NpgsqlConnection connection, string name, IReadOnlyList<SchemaStep> steps, CancellationToken cancellationToken)
    {
        if (await ReadAsync(connection, cancellationToken) is not var (version, oldest))
        {
            return false;
        }

        return oldest <= steps[^1].Number
            ? version >= steps[^1].Number
            : throw new StoreException(
                $"The store {name} was changed by a newer version of this program, which only programs that know schema {oldest} can use; this one knows up to {steps[^1].Number}. Update this program.",
                mayPass: false);
    }

    private static async Task<(int Version, int OldestCompatible)?> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // From the catalogue itself: what a name stood for may be remembered from before the wait for the lock.
        const string Exists = "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'schema_version' AND schemaname = ANY (current_schemas(false)))";
        await using (var exists = new NpgsqlCommand(Exists, connection))
        {
            if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
            {
                return null;
            }
        }

        await using var command = new NpgsqlCommand("SELECT version, oldest_compatible FROM schema_version", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt32(0), reader.GetInt32(1)) : null;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // Without a limit: others wait here for the one who applies, and a step over a large table takes its time.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
