using System.Numerics;

namespace Continuity.Simulator.Execution;

/// <summary>A link to another node's output.</summary>
internal readonly record struct GraphLink(string NodeId, int Slot)
{
    public static GraphLink? From(object? value) =>
        value is List<object?> { Count: 2 } pair && pair[0] is string id && pair[1] is long or double or BigInteger or bool
            ? new GraphLink(id, (int)Json.PyNumber.ToFloat(pair[1]))
            : null;
}
