namespace Continuity.Bench.Crash;

/// <summary>What to measure, and how much of it.</summary>
internal sealed record CrashOptions(int Runs, int Seed, string? Fault, string? Store, bool Trace, int Commands);
