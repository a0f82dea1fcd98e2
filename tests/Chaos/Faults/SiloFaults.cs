using Continuity.Chaos.Processes;

namespace Continuity.Chaos.Faults;

/// <summary>What happens to silos.</summary>
internal static class SiloFaults
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(8);

    public static IEnumerable<Fault> All =>
    [
        new("silo-kill", 4, KillOneAsync),
        new("silo-kill-gpu-queue", 4, KillQueueHostAsync),
        new("silo-kill-all", 4, KillAllAsync),
        new("silo-term", 2, StopOneAsync),
        new("silo-freeze", 2, FreezeOneAsync),
        new("silo-condemned", 2, CondemnOneAsync),
        new("partition-silos", 2, PartitionAsync) { WhyNot = farm => farm.Network is null ? farm.NetworkProblem : null },
        new("partition-database", 2, PartitionDatabaseAsync) { WhyNot = farm => farm.Network is null ? farm.NetworkProblem : null },
    ];

    private static async Task KillOneAsync(Strike strike)
    {
        var silo = strike.Pick(strike.Farm.Silos);
        await strike.KillAsync(silo);
        await MaybeRestartAsync(strike);
    }

    private static async Task KillQueueHostAsync(Strike strike)
    {
        var placement = await strike.Farm.PlacementAsync();
        var hosts = strike.Farm.Silos.Where(placement.HostsQueue).ToList();
        if (hosts.Count == 0)
        {
            throw new ChaosException("No silo hosts a GPU's queue.");
        }

        await strike.KillAsync(strike.Pick(hosts));
        await MaybeRestartAsync(strike);
    }

    private static async Task KillAllAsync(Strike strike)
    {
        await strike.KillAsync(strike.Farm.Silos);
        await strike.Farm.RestartDeadAsync();
        strike.Note("restarted");
    }

    private static async Task StopOneAsync(Strike strike)
    {
        var silo = strike.Pick(strike.Farm.Silos);
        var exitCode = await silo.StopAsync();
        strike.Note($"stopped {silo.Name} (exit code {exitCode})");
        await MaybeRestartAsync(strike);
    }

    // One that is stopped for longer than it takes to be declared dead, and then believes that it is still one of them.
    private static async Task FreezeOneAsync(Strike strike)
    {
        var silo = strike.Pick(strike.Farm.Silos);
        await silo.FreezeAsync();
        strike.Note($"froze {silo.Name} for {Frozen.TotalSeconds} s");
        await Task.Delay(Frozen, TimeProvider.System);
        await silo.ThawAsync();
    }

    // Found dead by the others, while it lives and works on until it reads that itself and ends; in one of two cases while the database restarts.
    private static async Task CondemnOneAsync(Strike strike)
    {
        var silo = strike.Pick(strike.Farm.Silos);
        await strike.Farm.Members.CondemnAsync(silo.Name);
        strike.Note($"condemned {silo.Name}");
        if (strike.Random.Next(2) == 0)
        {
            await strike.PauseAsync(0, 1);
            await DatabaseFaults.RestartAsync(strike, immediate: false);
        }

        await Patience.UntilAsync(() => Task.FromResult(silo.IsRunning), running => !running, _ => silo.Program.Tail);
        strike.Note($"{silo.Name} ended");
        await MaybeRestartAsync(strike);
    }

    private static async Task PartitionAsync(Strike strike)
    {
        var pair = Shuffled(strike)[..2];
        await strike.Farm.CutAsync(pair[0], pair[1]);
        strike.Note($"cut {pair[0].Name} from {pair[1].Name} for {Apart.TotalSeconds} s");
        await Task.Delay(Apart, TimeProvider.System);
        await strike.Farm.MendAsync();
    }

    private static async Task PartitionDatabaseAsync(Strike strike)
    {
        var silo = strike.Pick(strike.Farm.Silos);
        await strike.Farm.CutFromDatabaseAsync(silo);
        strike.Note($"cut {silo.Name} from the database for {Apart.TotalSeconds} s");
        await Task.Delay(Apart, TimeProvider.System);
        await strike.Farm.MendAsync();
    }

    // At once, after a while, or not before the others have ended the work.
    private static async Task MaybeRestartAsync(Strike strike)
    {
        switch (strike.Random.Next(3))
        {
            case 0:
                await strike.Farm.RestartDeadAsync();
                strike.Note("restarted at once");
                break;
            case 1:
                await strike.PauseAsync(1, 3);
                await strike.Farm.RestartDeadAsync();
                strike.Note("restarted later");
                break;
        }
    }

    private static SiloProcess[] Shuffled(Strike strike)
    {
        SiloProcess[] silos = [.. strike.Farm.Silos];
        strike.Random.Shuffle(silos);
        return silos;
    }
}
