using System.Collections.Immutable;

namespace Continuity.Dags;

/// <summary>A graph of ids. Every question takes time linear in its size and no stack, however deep it is.</summary>
public sealed class Dag
{
    private Dag()
    {
    }

    /// <summary>Makes a graph.</summary>
    /// <param name="edges">Each id with the ids that it depends on. Unknown ids are left out; of a repeated id the first counts.</param>
    /// <returns>The graph.</returns>
    public static Dag Create(IEnumerable<(string Id, IEnumerable<string> DependsOn)> edges) => throw new NotSupportedException();

    /// <summary>Orders the ids so that each comes after all that it depends on; among free ones the given order is kept.</summary>
    /// <returns>The order, or <see langword="null"/> when there is a cycle.</returns>
    public ImmutableArray<string>? Order() => throw new NotSupportedException();

    /// <summary>Finds a cycle.</summary>
    /// <returns>Its ids, each depending on the next and the last on the first; empty when there is none.</returns>
    public ImmutableArray<string> FindCycle() => throw new NotSupportedException();

    /// <summary>The ids that depend on an id directly.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The ids, in the given order; empty for an unknown one.</returns>
    public ImmutableArray<string> Dependants(string id) => throw new NotSupportedException();

    /// <summary>The ids that depend on any of some ids, directly or through others.</summary>
    /// <param name="ids">The ids to begin with; themselves not in the answer unless they depend on another of them.</param>
    /// <returns>The ids.</returns>
    public ImmutableHashSet<string> Descendants(IEnumerable<string> ids) => throw new NotSupportedException();
}
