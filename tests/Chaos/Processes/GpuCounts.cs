using System.Collections.Immutable;

namespace Continuity.Chaos.Processes;

/// <summary>The counters of a simulator.</summary>
/// <param name="Submitted">Accepted prompts in order, repeats included.</param>
/// <param name="Executions">Executions begun, by prompt.</param>
/// <param name="Succeeded">Prompts that ended well.</param>
/// <param name="Interrupted">Prompts that were interrupted.</param>
public sealed record GpuCounts(ImmutableArray<string> Submitted, ImmutableDictionary<string, int> Executions, int Succeeded, int Interrupted);
