using Continuity.Simulator.Json;

namespace Continuity.Simulator.Nodes;

/// <summary>A node class as GET /object_info describes it.</summary>
internal sealed record NodeDefinition(
    string Name,
    PyDict Info,
    IReadOnlyList<InputDefinition> Inputs,
    IReadOnlyList<string> ReturnTypes,
    bool IsOutput,
    bool IsV3,
    bool UsesUniqueId)
{
    public InputDefinition? Input(string name) => Inputs.FirstOrDefault(i => i.Name == name);
}

/// <summary>An input; its type is a name, or the list of choices of an old-style combo.</summary>
internal sealed record InputDefinition(string Name, bool IsRequired, object Type, PyDict Config)
{
    public object?[] ToInfo() => [Type, Config];
}
