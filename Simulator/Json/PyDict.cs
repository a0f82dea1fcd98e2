namespace Continuity.Simulator.Json;

/// <summary>A JSON object that keeps the order of its members and lets a repeated name win last, as Python's dict does.</summary>
internal sealed class PyDict : OrderedDictionary<string, object?>
{
    public PyDict()
        : base(StringComparer.Ordinal)
    {
    }

    public PyDict(IEnumerable<KeyValuePair<string, object?>> items)
        : base(items, StringComparer.Ordinal)
    {
    }

    public object? Find(string key) => TryGetValue(key, out var value) ? value : null;
}
