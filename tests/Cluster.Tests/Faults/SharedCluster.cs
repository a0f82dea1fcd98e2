using Continuity.Chaos.Clusters;
using Continuity.Chaos.Faults;
using Continuity.Chaos.Runs;

using Xunit.Abstractions;

namespace Continuity.Cluster.Tests.Faults;

/// <summary>The tests that hurt a cluster share one: each leaves it as healthy as it found it.</summary>
[CollectionDefinition(Name)]
public sealed class SharedClusterCollection : ICollectionFixture<SharedCluster>
{
    internal const string Name = "shared cluster";
}

/// <summary>PostgreSQL, three silos and two simulated GPUs in processes of their own.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    private static readonly int FirstSeed = Seeds.First();

    private FarmCluster? _farm;
    private int _runs;

    public async Task InitializeAsync() => _farm = await StartAsync();

    public async Task DisposeAsync()
    {
        if (_farm is not null)
        {
            await _farm.DisposeAsync();
        }
    }

    /// <summary>Carries out a run with one fault, and expects every promise to be kept.</summary>
    internal async Task SurvivesAsync(string name, ITestOutputHelper output)
    {
        var seed = FirstSeed + _runs++;
        var fault = FaultCatalog.Find(name);
        output.WriteLine($"CONTINUITY_SEED={seed} {name}");
        var farm = _farm ??= await StartAsync();
        if (fault.WhyNot(farm) is { } reason)
        {
            Assert.Fail($"{name} cannot be done here: {reason}");
        }

        RunResult result;
        try
        {
            result = await new CrashRun(farm, seed, fault) { Chains = 4 }.RunAsync();
        }
        catch
        {
            // Nobody else shall suffer from what is left of it.
            output.WriteLine(await farm.DescribeAsync());
            _farm = null;
            await farm.DisposeAsync();
            throw;
        }

        output.WriteLine($"{result}\n{result.Timeline}\n{result.State}");
        Assert.Empty(result.Violations);
    }

    private static Task<FarmCluster> StartAsync() => FarmCluster.StartAsync(new FarmPlan { Network = true, SmallDisks = true });
}
