namespace Continuity.Bench.Scale;

/// <summary>What a part measured.</summary>
/// <param name="Figures">The figures, for the JSON line.</param>
/// <param name="Holds">Whether all of its bars hold.</param>
internal sealed record PartResult(object Figures, bool Holds);
