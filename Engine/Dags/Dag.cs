using System.Collections.Immutable;

namespace Continuity.Engine.Dags;

/// <summary>A graph of ids. Every question takes time linear in its size, and no stack, however deep it is.</summary>
public sealed class Dag
{
    private readonly ImmutableArray<string> _ids;
    private readonly Dictionary<string, int> _indexes;
    private readonly int[][] _dependencies;
    private readonly List<int>[] _dependants;

    private Dag(ImmutableArray<string> ids, Dictionary<string, int> indexes, int[][] dependencies)
    {
        _ids = ids;
        _indexes = indexes;
        _dependencies = dependencies;
        _dependants = [.. ids.Select(_ => new List<int>())];
        for (var node = 0; node < dependencies.Length; node++)
        {
            foreach (var dependency in dependencies[node])
            {
                _dependants[dependency].Add(node);
            }
        }
    }

    /// <summary>Makes a graph.</summary>
    /// <param name="edges">Each id with the ids that it depends on. Unknown ids are left out; of a repeated id the first counts.</param>
    /// <returns>The graph.</returns>
    public static Dag Create(IEnumerable<(string Id, IEnumerable<string> DependsOn)> edges)
    {
        ArgumentNullException.ThrowIfNull(edges);
        var nodes = edges.DistinctBy(edge => edge.Id, StringComparer.Ordinal).ToArray();
        var indexes = nodes.Select((node, index) => (node.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index, StringComparer.Ordinal);
        int[][] dependencies =
            [.. nodes.Select(node => node.DependsOn.Distinct(StringComparer.Ordinal).Where(indexes.ContainsKey).Select(id => indexes[id]).ToArray())];
        return new Dag([.. nodes.Select(node => node.Id)], indexes, dependencies);
    }

    /// <summary>Orders the ids so that each comes after all that it depends on. The same graph always gives the same order.</summary>
    /// <returns>The order, or <see langword="null"/> when there is a cycle.</returns>
    public ImmutableArray<string>? Order()
    {
        var (order, _) = Peel();
        return order.Count == _ids.Length ? [.. order.Select(node => _ids[node])] : null;
    }

    /// <summary>Finds a cycle.</summary>
    /// <returns>Its ids, each depending on the next and the last on the first; empty when there is none.</returns>
    public ImmutableArray<string> FindCycle()
    {
        var (order, open) = Peel();
        if (order.Count == _ids.Length)
        {
            return [];
        }

        // Whatever is left depends on something that is left: following that must come round.
        var walk = new List<int>();
        var places = new Dictionary<int, int>();
        for (var node = Array.FindIndex(open, count => count > 0); ; node = _dependencies[node].First(dependency => open[dependency] > 0))
        {
            if (!places.TryAdd(node, walk.Count))
            {
                return [.. walk.Skip(places[node]).Select(index => _ids[index])];
            }

            walk.Add(node);
        }
    }

    /// <summary>The ids that depend on an id directly.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The ids, in the given order; empty for an unknown one.</returns>
    public ImmutableArray<string> Dependants(string id) =>
        _indexes.TryGetValue(id, out var node) ? [.. _dependants[node].Select(index => _ids[index])] : [];

    /// <summary>The ids that depend on any of some ids, directly or through others.</summary>
    /// <param name="ids">The ids to begin with; themselves not in the answer unless they depend on another of them.</param>
    /// <returns>The ids.</returns>
    public ImmutableHashSet<string> Descendants(IEnumerable<string> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var open = new Stack<int>(ids.Where(_indexes.ContainsKey).Select(id => _indexes[id]));
        var found = new HashSet<int>();
        while (open.TryPop(out var node))
        {
            foreach (var dependant in _dependants[node])
            {
                if (found.Add(dependant))
                {
                    open.Push(dependant);
                }
            }
        }

        return [.. found.Select(index => _ids[index])];
    }

    /// <summary>Takes out what depends on nothing, again and again.</summary>
    /// <returns>What was taken out, in that order; and for each node how many of its dependencies were not.</returns>
    private (List<int> Order, int[] Open) Peel()
    {
        var open = Array.ConvertAll(_dependencies, dependencies => dependencies.Length);
        var order = new List<int>(_ids.Length);
        order.AddRange(Enumerable.Range(0, _ids.Length).Where(node => open[node] == 0));
        for (var next = 0; next < order.Count; next++)
        {
            foreach (var dependant in _dependants[order[next]])
            {
                if (--open[dependant] == 0)
                {
                    order.Add(dependant);
                }
            }
        }

        return (order, open);
    }
}
