using Npgsql;

using Orleans.Runtime;

namespace Continuity.Chaos.Clusters;

/// <summary>What the silos of a cluster believe of each other, as it stands in the database.</summary>
/// <param name="connectionString">The cluster's database.</param>
public sealed class MembershipTable(string connectionString)
{
    private readonly string _fresh = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ToString();

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
