using Continuity.Chaos.Clusters;

namespace Continuity.Chaos.Faults;

/// <summary>What happens to the database, and to disks.</summary>
internal static class DatabaseFaults
{
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Full = TimeSpan.FromSeconds(4);

    public static IEnumerable<Fault> All =>
    [
        new("database-restart", 3, strike => RestartAsync(strike, immediate: false)),
        new("database-crash", 3, strike => RestartAsync(strike, immediate: true)),
        new("database-away", 1, StopAsync) { IsLong = true },
        new("disk-full-artifacts", 2, FillArtifactsAsync) { WhyNot = WhyNoDisk },
        new("disk-full-database", 2, FillDatabaseAsync) { WhyNot = WhyNoDisk },
    ];

    public static async Task RestartAsync(Strike strike, bool immediate)
    {
        await (immediate ? strike.Farm.Database.KillAsync() : strike.Farm.Database.StopAsync());
        await strike.Farm.Database.StartAgainAsync();
        strike.Note(immediate ? "PostgreSQL was killed and recovered" : "PostgreSQL restarted");
    }

    private static async Task StopAsync(Strike strike)
    {
        await strike.Farm.Database.StopAsync();
        strike.Note($"PostgreSQL stopped for {Away.TotalSeconds} s");
        await Task.Delay(Away, TimeProvider.System);
        await strike.Farm.EnsureDatabaseAsync();
    }

    private static async Task FillArtifactsAsync(Strike strike)
    {
        strike.Farm.ArtifactDisk!.Fill();
        strike.Note($"the disk of the artifacts was full for {Full.TotalSeconds} s");
        await Task.Delay(Full, TimeProvider.System);
        strike.Farm.ArtifactDisk.Empty();
    }

    // It may give up for good; then somebody makes room and starts it.
    private static async Task FillDatabaseAsync(Strike strike)
    {
        strike.Farm.DatabaseDisk!.Fill();
        await Task.Delay(Full, TimeProvider.System);
        strike.Farm.DatabaseDisk.Empty();
        await strike.Farm.EnsureDatabaseAsync();
        strike.Note($"the disk of the database was full for {Full.TotalSeconds} s");
    }

    private static string? WhyNoDisk(FarmCluster farm) => farm.DatabaseDisk is null ? farm.DiskProblem : null;
}
