namespace Continuity.Bench.Crash;

/// <summary>What a part measured.</summary>
/// <param name="Figures">The figures, written as one JSON line.</param>
/// <param name="Holds">Whether all of its bars hold.</param>
internal sealed record PartResult(object Figures, bool Holds);
