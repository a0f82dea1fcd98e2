using Continuity.Chaos.Clusters;
using Continuity.Chaos.Processes;

namespace Continuity.Chaos.Faults;

/// <summary>One injection of a fault: where, with which luck, and what was done.</summary>
/// <param name="farm">The cluster.</param>
/// <param name="random">Decides whatever is open.</param>
public sealed class Strike(FarmCluster farm, Random random)
{
    private readonly List<StrikeNote> _notes = [];

    /// <summary>The cluster.</summary>
    public FarmCluster Farm => farm;

    /// <summary>Decides whatever is open.</summary>
    public Random Random => random;

    /// <summary>What was done.</summary>
    public IReadOnlyList<StrikeNote> Notes => _notes;

    /// <summary>The silos that were killed.</summary>
    public IReadOnlyList<SiloProcess> Killed { get; private set; } = [];

    /// <summary>When; <see langword="null"/> when none was.</summary>
    public DateTimeOffset? KilledAt { get; private set; }

    /// <summary>Where grains lived just before; <see langword="null"/> when no silo was killed.</summary>
    public Placement? Before { get; private set; }

    /// <summary>Takes down what was done.</summary>
    public void Note(string what) => _notes.Add(new StrikeNote(TimeProvider.System.GetUtcNow(), what));

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    /// <summary>Lets a while pass, of random length.</summary>
    public Task PauseAsync(double atLeast, double atMost) => Task.Delay(TimeSpan.FromSeconds(atLeast + (random.NextDouble() * (atMost - atLeast))), TimeProvider.System);

    /// <summary>Kills silos with SIGKILL, and takes down what lived there.</summary>
    public async Task KillAsync(params IReadOnlyList<SiloProcess> silos)
    {
        Before = await farm.PlacementAsync();
        KilledAt = TimeProvider.System.GetUtcNow();
        Killed = silos;
        await Task.WhenAll(silos.Select(silo => silo.KillAsync()));
        Note($"killed {string.Join(' ', silos.Select(silo => silo.Name))}");
    }
}

/// <summary>Something that was done.</summary>
/// <param name="At">When.</param>
/// <param name="What">What.</param>
public sealed record StrikeNote(DateTimeOffset At, string What);
