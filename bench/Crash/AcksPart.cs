using Continuity.Chaos.Clusters;
using Continuity.Chaos.Runs;

using Npgsql;

namespace Continuity.Bench.Crash;

/// <summary>
/// Commands without a pause while silos are killed at random. After each kill every command acknowledged so far is looked for in the database itself: its
/// operation id, or the pipeline for a submission.
/// </summary>
internal static class AcksPart
{
    private const int Clients = 16;

    // So that the commands last for many kills.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan BetweenKills = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    public static async Task<PartResult> RunAsync(CrashOptions options)
    {
        var random = new Random(options.Seed);

        // Without a GPU: what is submitted waits, so that nothing but commands is recorded.
        await using var farm = await FarmCluster.StartAsync(new FarmPlan { Gpus = 0 });
        await using var database = NpgsqlDataSource.Create(farm.ConnectionString);
        using var stop = new CancellationTokenSource(Longest, TimeProvider.System);
        var load = new CommandLoad(farm.Client, Pause);
        var running = load.RunAsync(Clients, stop.Token);
        var (kills, missing) = (0, new HashSet<Acknowledgement>());
        while (load.Acknowledged.Count < options.Commands && !stop.IsCancellationRequested)
        {
            await Task.Delay(BetweenKills + TimeSpan.FromSeconds(random.NextDouble()), TimeProvider.System);
            var silo = farm.Silos[random.Next(farm.Silos.Count)];
            await silo.KillAsync();
            kills++;
            var acknowledged = load.Acknowledged;
            var lost = await MissingAsync(database, acknowledged);
            missing.UnionWith(lost);
            Console.WriteLine($"killed {silo.Name}: {acknowledged.Count - lost.Count} of {acknowledged.Count} acknowledged commands are there, {load.Failed.Count} were not acknowledged");
            await farm.RestartDeadAsync();
        }

        await stop.CancelAsync();
        await running;
        var total = load.Acknowledged;
        missing.UnionWith(await MissingAsync(database, total));
        foreach (var line in missing.Select(lost => $"LOST {lost}").Concat(load.Failed.Take(20)))
        {
            Console.WriteLine(line);
        }

        var holds = missing.Count == 0 && total.Count >= options.Commands;
        return new PartResult(
            new { bench = "crash", part = "acks", kills, acknowledged = total.Count, there = total.Count - missing.Count, wanted = options.Commands, notAcknowledged = load.Failed.Count, holds },
            holds);
    }

    private static async Task<List<Acknowledgement>> MissingAsync(NpgsqlDataSource database, IReadOnlyList<Acknowledgement> acknowledged)
    {
        var pipelines = await ReadAsync(database, "SELECT id FROM pipeline", reader => reader.GetString(0));
        var operations = await ReadAsync(database, "SELECT pipeline, id FROM operation", reader => (reader.GetString(0), reader.GetGuid(1)));
        return [.. acknowledged.Where(command => command.Operation is { } operation ? !operations.Contains((command.Pipeline.Value, operation)) : !pipelines.Contains(command.Pipeline.Value))];
    }

    private static async Task<HashSet<T>> ReadAsync<T>(NpgsqlDataSource database, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var found = new HashSet<T>();
        while (await reader.ReadAsync())
        {
            found.Add(read(reader));
        }

        return found;
    }
}
