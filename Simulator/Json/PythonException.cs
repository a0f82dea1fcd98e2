namespace Continuity.Simulator.Json;

/// <summary>What the real server would have raised: the Python type name is part of the protocol.</summary>
internal sealed class PythonException(string type, string message) : Exception(message)
{
    public string Type { get; } = type;
}
