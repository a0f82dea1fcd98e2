using System.Collections.Immutable;

using Continuity.Chaos.Checks;

namespace Continuity.Chaos.Runs;

/// <summary>What came of a run.</summary>
/// <param name="Seed">Repeats it.</param>
/// <param name="Fault">The fault's name.</param>
/// <param name="Notes">What was done.</param>
/// <param name="Duration">How long it took, with the cluster's recovery.</param>
/// <param name="Violations">The promises that were broken; none when all is well.</param>
public sealed record RunResult(int Seed, string Fault, string Notes, TimeSpan Duration, ImmutableArray<Violation> Violations)
{
    /// <summary>Tasks of its pipelines.</summary>
    public int Tasks { get; init; }

    /// <summary>Executions that began on the GPUs.</summary>
    public int Executed { get; init; }

    /// <summary>Executed prompts that a ComfyUI really lost.</summary>
    public int Lost { get; init; }

    /// <summary>Whether a silo was killed.</summary>
    public bool KilledSilo { get; init; }

    /// <summary>The longest time in which a watcher heard nothing.</summary>
    public TimeSpan LongestSilence { get; init; }

    /// <summary>After the kill of a silo: for each pipeline that lived there, the time until its next recorded change.</summary>
    public ImmutableArray<TimeSpan> GoOn { get; init; } = [];

    /// <summary>How the cluster was when a pipeline did not end.</summary>
    public string State { get; init; } = "";

    /// <summary>What happened when, a line each.</summary>
    public string Timeline { get; init; } = "";

    public override string ToString() =>
        $"seed {Seed,-6} {Fault,-22} {Duration.TotalSeconds,5:0.0} s  {Tasks,2} tasks {Executed,2} executed {Lost} lost  silence {LongestSilence.TotalSeconds,4:0.0} s"
        + (GoOn.IsEmpty ? "" : $"  goes on after {string.Join(' ', GoOn.Select(time => $"{time.TotalSeconds:0.0}"))} s")
        + $"  ({Notes})"
        + (Violations.IsEmpty ? "" : $"\n  BROKEN {string.Join("\n  BROKEN ", Violations)}");
}
