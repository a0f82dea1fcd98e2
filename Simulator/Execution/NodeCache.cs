using Continuity.Simulator.Json;

namespace Continuity.Simulator.Execution;

/// <summary>
/// Results of the prompt that was executed last, by node signature: node ids do not matter to it, except to nodes that take their own id.
/// </summary>
internal sealed class NodeCache
{
    private readonly Dictionary<string, object?[]> _outputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PyDict> _ui = new(StringComparer.Ordinal);
    private Dictionary<string, string> _keys = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> NodeIds => _keys.Keys;

    /// <summary>Takes the next prompt's signatures and forgets all results that it has no use for.</summary>
    public void SetPrompt(Dictionary<string, string> signatures)
    {
        _keys = signatures;
        var live = signatures.Values.ToHashSet(StringComparer.Ordinal);
        foreach (var key in _outputs.Keys.Where(k => !live.Contains(k)).ToList())
        {
            _outputs.Remove(key);
        }

        foreach (var key in _ui.Keys.Where(k => !live.Contains(k)).ToList())
        {
            _ui.Remove(key);
        }
    }

    public object?[]? Outputs(string nodeId) => _keys.TryGetValue(nodeId, out var key) ? _outputs.GetValueOrDefault(key) : null;

    public PyDict? Ui(string nodeId) => _keys.TryGetValue(nodeId, out var key) ? _ui.GetValueOrDefault(key) : null;

    public void Store(string nodeId, object?[] outputs) => _outputs[_keys[nodeId]] = outputs;

    public void StoreUi(string nodeId, PyDict ui) => _ui[_keys[nodeId]] = ui;
}
