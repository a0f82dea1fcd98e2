using System.Collections.Immutable;

namespace Continuity.Chaos.Processes;

/// <summary>The queue of a simulator.</summary>
/// <param name="Running">The prompt that executes.</param>
/// <param name="Pending">Those that wait.</param>
public sealed record GpuLoad(ImmutableArray<string> Running, ImmutableArray<string> Pending)
{
    /// <summary>Whether there is nothing in it.</summary>
    public bool IsIdle => Running.IsEmpty && Pending.IsEmpty;
}
