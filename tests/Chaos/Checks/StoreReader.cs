using Continuity.Pipelines;

using Npgsql;

namespace Continuity.Chaos.Checks;

/// <summary>Looks at what is recorded, without asking a silo.</summary>
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
}

/// <summary>Where a pipeline stands by its record.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Status">Its status, as the store writes it.</param>
/// <param name="Completed">How many of its tasks are completed.</param>
public sealed record StoredStand(long Version, string Status, long Completed);
