using System.Runtime.InteropServices;

namespace Continuity.Simulator.Execution;

/// <summary>A hash that is the same in every process; it stands in for the order that Python's sets leave to chance.</summary>
internal static class StableHash
{
    public static uint Of(int seed, string text)
    {
        var hash = 2166136261u ^ (uint)seed;
        foreach (var value in MemoryMarshal.AsBytes(text.AsSpan()))
        {
            hash = (hash ^ value) * 16777619u;
        }

        return hash ^ (hash >> 15);
    }
}
