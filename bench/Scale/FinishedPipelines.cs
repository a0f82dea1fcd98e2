using System.Globalization;

using Continuity.Chaos.Pipelines;
using Continuity.Engine.Pipelines;
using Continuity.Grains.Stores;
using Continuity.Grains.Stores.Postgres;
using Continuity.Grains.Stores.Sqlite;
using Continuity.Pipelines;
using Continuity.Tasks;

using Npgsql;

namespace Continuity.Bench.Scale;

/// <summary>Pipelines as a farm has them after years: they are put into the store as they would be in the end, since to run them would take too long.</summary>
internal static class FinishedPipelines
{
    /// <summary>In the name of every pipeline.</summary>
    public const string Common = "Film";

    /// <summary>In the name of every thousandth.</summary>
    public const string Rare = "director";

    private const int FailedOf = 100;
    private const int RareOf = 1_000;
    private const int AtATime = 256;

    private static readonly PipelineDefinition Plan = new ChainPlan(1, 2, 0).Make(PipelineId.New(), 0);
    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(10);

    // Connections to the database that were used for it end, and with them the record of the processor time that they used.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(5);

    /// <summary>Writes them, each ten minutes after the one before it, the last one ten minutes ago.</summary>
    /// <returns>The cursor of the page that begins a tenth from the oldest.</returns>
    public static async Task<string> WriteAsync(ScaleFarm farm, int count)
    {
        var deep = await WriteInAsync(farm, count);
        await Task.Delay(Quiet, TimeProvider.System);
        return deep;
    }

    private static async Task<string> WriteInAsync(ScaleFarm farm, int count)
    {
        var newest = TimeProvider.System.GetUtcNow() - Apart;
        if (farm.ConnectionString is { } connection)
        {
            await using var database = new PostgresDatabase(connection);
            string deep;
            await using (var store = new PostgresPipelineStore(database, TimeProvider.System))
            {
                deep = await WriteAsync(store, newest, count);
            }

            // What the server would have done by itself in those years.
            await using var source = NpgsqlDataSource.Create(connection);
            await using var tidy = source.CreateCommand("VACUUM ANALYZE");
            tidy.CommandTimeout = 0;
            await tidy.ExecuteNonQueryAsync();
            return deep;
        }

        await using var file = new SqliteDatabase(Path.Combine(farm.DataFolder, "continuity.db"));
        return await WriteAsync(new SqlitePipelineStore(file), newest, count);
    }

    private static async Task<string> WriteAsync(IPipelineStore store, DateTimeOffset newest, int count)
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (i, token) => await store.CreateAsync(Make(i, newest), token));
        return StoreText.Cursor(Make(count / 10 * 9, newest).Summary);
    }

    private static PipelineState Make(int number, DateTimeOffset newest)
    {
        var failed = number % FailedOf == 0;
        var definition = Plan with
        {
            Id = new PipelineId(string.Create(CultureInfo.InvariantCulture, $"finished-{number:x8}")),
            Name = string.Create(CultureInfo.InvariantCulture, $"{Common} {number}, take {number % 7}{(number % RareOf == 0 ? $", {Rare}'s cut" : "")}"),
        };
        var at = newest - (number * Apart);
        var (state, status) = failed ? (TaskState.Failed, PipelineStatus.Failed) : (TaskState.Completed, PipelineStatus.Completed);
        var summary = PipelineState.Create(definition, at).Summary with
        {
            Status = status,
            UpdatedAt = at + Apart,
            Counts = failed ? new TaskCounts { Failed = definition.Tasks.Length } : new TaskCounts { Completed = definition.Tasks.Length },
        };
        return new PipelineState(definition, summary, [.. definition.Tasks.Select(task => new TaskRow { TaskId = task.Id, Version = 1, State = state, Attempts = 1, StartedAt = at, CompletedAt = at + Apart })]);
    }
}
