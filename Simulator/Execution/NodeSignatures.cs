using System.Security.Cryptography;
using System.Text;
using Continuity.Simulator.Json;
using Continuity.Simulator.Nodes;

namespace Continuity.Simulator.Execution;

/// <summary>Works out the cache keys of a prompt: class, inputs and the shape of all that a node depends on.</summary>
internal sealed class NodeSignatures(PyDict prompt, NodeCatalog catalog, Func<string, PyDict, object?> isChanged)
{
    private readonly Dictionary<string, object?> _changes = new(StringComparer.Ordinal);

    /// <summary>The cache keys by node id. A node without inputs raises outside any node, as in the real worker.</summary>
    public Dictionary<string, string> Compute()
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in prompt.Keys)
        {
            keys[id] = SignatureOf(id);
        }

        return keys;
    }

    private string SignatureOf(string nodeId)
    {
        var order = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        Collect(nodeId, order);
        var text = new StringBuilder();
        AppendOwn(text, nodeId, order);
        foreach (var ancestor in order.Keys)
        {
            AppendOwn(text, ancestor, order);
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private void Collect(string nodeId, OrderedDictionary<string, int> order)
    {
        if (prompt.Find(nodeId) is not PyDict node)
        {
            return;
        }

        foreach (var key in SortedInputs(node))
        {
            if (GraphLink.From(Inputs(node)[key]) is { } link && order.TryAdd(link.NodeId, order.Count))
            {
                Collect(link.NodeId, order);
            }
        }
    }

    private void AppendOwn(StringBuilder text, string nodeId, OrderedDictionary<string, int> order)
    {
        if (prompt.Find(nodeId) is not PyDict node)
        {
            text.Append(Guid.NewGuid());
            return;
        }

        var classType = (string)node["class_type"]!;
        text.Append('[').Append(PyText.Repr(classType)).Append(' ');
        var change = ChangeOf(nodeId, node);
        text.Append(change is double.NaN ? Guid.NewGuid().ToString() : Canonical(change));
        if (catalog.Find(classType)?.UsesUniqueId == true)
        {
            text.Append(' ').Append(PyText.Repr(nodeId));
        }

        var inputs = Inputs(node);
        foreach (var key in SortedInputs(node))
        {
            text.Append(' ').Append(PyText.Repr(key)).Append('=');
            if (GraphLink.From(inputs[key]) is { } link)
            {
                text.Append('#').Append(order[link.NodeId]).Append('.').Append(link.Slot);
            }
            else
            {
                text.Append(Canonical(inputs[key]));
            }
        }

        text.Append(']');
    }

    private object? ChangeOf(string nodeId, PyDict node)
    {
        if (!_changes.TryGetValue(nodeId, out var change))
        {
            change = isChanged(nodeId, node);
            _changes[nodeId] = change;
        }

        return change;
    }

    private static PyDict Inputs(PyDict node) =>
        node.TryGetValue("inputs", out var inputs) && inputs is PyDict dict ? dict : throw new WorkerDeathException("KeyError: 'inputs'");

    private static IEnumerable<string> SortedInputs(PyDict node) => Inputs(node).Keys.Order(StringComparer.Ordinal);

    // Python calls 1, 1.0 and True equal, so they share a key.
    private static string Canonical(object? value) => value switch
    {
        double number when number == Math.Truncate(number) && Math.Abs(number) < 1e15 => PyText.Repr((long)number),
        bool flag => flag ? "1" : "0",
        _ => PyText.Repr(value),
    };
}
