using Npgsql;

namespace Continuity.Bench;

/// <summary>A workflow of DBOS with three steps, in a database of the server that the others of PostgreSQL use too.</summary>
internal static class Dbos
{
    public static async Task<NodeChains> StartAsync(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var address = $"postgresql://{settings.Username}:{settings.Password}@{settings.Host}:{settings.Port}/{settings.Database}";
        return await NodeChains.StartAsync(
            "DBOS 5.3", "PostgreSQL, fsync on, synchronous_commit on; pool of 20 connections", await Programs.ScriptsAsync("Durable"), ["dbos.mjs", address]);
    }
}
