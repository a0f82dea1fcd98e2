using Continuity.Simulator.Json;
using Continuity.Simulator.Nodes;

namespace Continuity.Simulator.Execution;

/// <summary>Which node runs next: the real server's topological sort with its taste for nodes close to an output.</summary>
internal sealed class ExecutionOrder(PyDict prompt, NodeCatalog catalog, Func<string, bool> isCached)
{
    private readonly OrderedDictionary<string, int> _blockCounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _blocking = new(StringComparer.Ordinal);

    public bool IsEmpty => _blockCounts.Count == 0;

    public void Add(string root)
    {
        var open = new Stack<string>([root]);
        var links = new List<(string From, string To)>();
        while (open.TryPop(out var id))
        {
            if (!_blockCounts.TryAdd(id, 0))
            {
                continue;
            }

            _blocking[id] = [];
            foreach (var value in ((PyDict)((PyDict)prompt[id]!)["inputs"]!).Values)
            {
                if (GraphLink.From(value) is { } link && prompt.ContainsKey(link.NodeId))
                {
                    if (!isCached(link.NodeId))
                    {
                        open.Push(link.NodeId);
                    }

                    links.Add((link.NodeId, id));
                }
            }
        }

        foreach (var (from, to) in links)
        {
            if (!isCached(from) && _blocking.TryGetValue(from, out var blocked) && !blocked.Contains(to))
            {
                blocked.Add(to);
                _blockCounts[to]++;
            }
        }
    }

    public string? Next()
    {
        var ready = _blockCounts.Where(p => p.Value == 0).Select(p => p.Key).ToList();
        return ready.Find(IsOutput)
            ?? ready.Find(id => _blocking[id].Exists(IsOutput))
            ?? ready.Find(id => _blocking[id].Exists(b => _blocking[b].Exists(IsOutput)))
            ?? ready.FirstOrDefault();
    }

    public void Complete(string id)
    {
        _blockCounts.Remove(id);
        foreach (var blocked in _blocking[id])
        {
            _blockCounts[blocked]--;
        }

        _blocking.Remove(id);
    }

    private bool IsOutput(string id) => catalog.Find((string)((PyDict)prompt[id]!)["class_type"]!)?.IsOutput == true;
}
