namespace Continuity.Bench.Scheduling;

/// <summary>What is to be done on which GPUs. Every GPU has room for every workflow, so that policies differ by order and place alone.</summary>
/// <param name="name">Its name.</param>
/// <param name="about">What it is, in a sentence.</param>
/// <param name="gpus">The fleet.</param>
/// <param name="tasks">The tasks; what a task depends on stands before it.</param>
internal sealed class Workload(string name, string about, IReadOnlyList<GpuKind> gpus, IReadOnlyList<SimTask> tasks)
{
    public string Name => name;

    public string About => about;

    public IReadOnlyList<GpuKind> Gpus { get; } = gpus;

    public IReadOnlyList<SimTask> Tasks { get; } = tasks;

    public int Owners { get; } = tasks.Max(task => task.Owner) + 1;

    /// <summary>The workflow whose models GPUs hold at the start.</summary>
    public Profile? Warm { get; init; }

    /// <summary>How many GPUs hold them, the first ones.</summary>
    public int WarmGpus { get; init; } = gpus.Count;

    /// <summary>Whether different sets of models take turns and there is enough work to compare with the lower bound.</summary>
    public bool IsMixed { get; init; }

    /// <summary>Whether whoever works in the order of arrival swaps models again and again.</summary>
    public bool HasSwaps { get; init; }

    /// <summary>Whether two owners of equal share compete, of whom one asks for ten times as much.</summary>
    public bool IsShared { get; init; }
}
