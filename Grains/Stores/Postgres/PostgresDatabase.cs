using Npgsql;

namespace Continuity.Grains.Stores.Postgres;

/// <summary>One PostgreSQL database: how it is called in messages, and its two connection pools.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    // Longer than a busy server takes, shorter than a caller waits.
    private const int TimeoutSeconds = 5;

    // Batches under way at once: one is committed while the next one is sent.
    public const int Writers = 2;

    // The statements of the writer name at most a few hundred rows by their keys. Planned once, and never by a full scan, however little the statistics know yet.
    // The server's own limits make sure that what was given up here is not done later there; a locked row holds up its own change only.
    private const string WriterSettings =
        "-c statement_timeout=5s -c lock_timeout=2s " +
        "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=off -c jit=off";

    /// <exception cref="ArgumentException">The text is no connection string.</exception>
    public PostgresDatabase(string connectionString)
    {
        var reads = Settings(connectionString);
        Name = $"'{reads.Database ?? reads.Username}' on {reads.Host}{(reads.Host?.Contains(',', StringComparison.Ordinal) == true ? "" : $":{reads.Port}")}";
        Reads = NpgsqlDataSource.Create(reads);

        var writes = Settings(connectionString);
        writes.Options = $"{writes.Options} {WriterSettings}".Trim();
        writes.MinPoolSize = 0;
        writes.MaxPoolSize = Writers;
        writes.AutoPrepareMinUsages = 1;
        Writes = NpgsqlDataSource.Create(writes);
    }

    /// <summary>Database, host and port, without any secret.</summary>
    public string Name { get; }

    public NpgsqlDataSource Reads { get; }

    public NpgsqlDataSource Writes { get; }

    public async ValueTask DisposeAsync()
    {
        await Writes.DisposeAsync();
        await Reads.DisposeAsync();
    }

    private static NpgsqlConnectionStringBuilder Settings(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        Default("Timeout", () => settings.Timeout = TimeoutSeconds);
        Default("Command Timeout", () => settings.CommandTimeout = TimeoutSeconds);
        Default("Cancellation Timeout", () => settings.CancellationTimeout = 1000);
        Default("Application Name", () => settings.ApplicationName = "continuity");
        Default("Max Auto Prepare", () => settings.MaxAutoPrepare = 40);
        Default("Maximum Pool Size", () => settings.MaxPoolSize = 20);

        // Asked for first by default, which needs a library that is not on every machine, and a round trip with each connection.
        Default("GSS Encryption Mode", () => settings.GssEncryptionMode = GssEncryptionMode.Disable);

        // No statement of ours leaves anything behind on its connection.
        settings.NoResetOnClose = true;
        return settings;

        void Default(string key, Action set)
        {
            // 'ContainsKey' tells whether there is such a setting at all.
            if (!settings.Keys.Cast<string>().Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                set();
            }
        }
    }
}
