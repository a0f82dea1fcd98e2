using Continuity.Pipelines;

using Npgsql;

using Orleans.Runtime;

namespace Continuity.Chaos.Checks;

/// <summary>Looks at what is recorded, and changes what silos believe of each other, without asking a silo.</summary>
/// <param name="connectionString">The cluster's database.</param>
public sealed class StoreReader(string connectionString)
{
    // A connection that is kept over a restart of the server is found broken only when it is used.
    private readonly string _fresh = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ToString();

    /// <summary>Reads where a pipeline stands.</summary>
    /// <returns>Its record; <see langword="null"/> when there is none.</returns>
    public async Task<StoredStand?> ReadAsync(PipelineId id)
    {
        await using var connection = new NpgsqlConnection(_fresh);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT p.version, p.status, (SELECT count(*) FROM task t WHERE t.pipeline = p.id AND t.state = 'completed') FROM pipeline p WHERE p.id = $1",
            connection);
        command.Parameters.Add(new NpgsqlParameter { Value = id.Value });
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() ? new StoredStand(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2)) : null;
    }

    /// <summary>Writes into the membership table that a silo is dead, as another silo would that cannot reach it.</summary>
    /// <param name="name">The name of the silo, which is active.</param>
    public async Task CondemnAsync(string name)
    {
        await using var connection = new NpgsqlConnection(_fresh);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            WITH condemned AS (UPDATE orleans_silo SET status = $1 WHERE name = $2 AND status = $3 RETURNING cluster)
            UPDATE orleans_cluster SET version = version + 1 WHERE cluster IN (SELECT cluster FROM condemned)
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter { Value = (int)SiloStatus.Dead });
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        command.Parameters.Add(new NpgsqlParameter { Value = (int)SiloStatus.Active });
        if (await command.ExecuteNonQueryAsync() == 0)
        {
            throw new ChaosException($"No active silo is named {name}.");
        }
    }
}

/// <summary>Where a pipeline stands by its record.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Status">Its status, as the store writes it.</param>
/// <param name="Completed">How many of its tasks are completed.</param>
public sealed record StoredStand(long Version, string Status, long Completed);
