namespace Continuity.Grains.Pipelines;

/// <summary>
/// Which tasks changed last, so that a watcher gets what is new to it without a look at every task: the cost of an update does not grow with the pipeline.
/// </summary>
internal sealed class ChangeLog(int tasks)
{
    private readonly LinkedList<(int Index, long Stamp)> _order = new();
    private readonly LinkedListNode<(int Index, long Stamp)>?[] _nodes = new LinkedListNode<(int Index, long Stamp)>?[tasks];

    /// <summary>Notes that a task changed.</summary>
    /// <param name="index">The task.</param>
    /// <param name="stamp">A number that grows with every change.</param>
    public void Touch(int index, long stamp)
    {
        if (_nodes[index] is { } node)
        {
            _order.Remove(node);
        }

        _nodes[index] = _order.AddLast((index, stamp));
    }

    /// <summary>The tasks that changed after a stamp, each once, in the order of the definition.</summary>
    public List<int> Since(long stamp)
    {
        var found = new List<int>();
        for (var node = _order.Last; node is not null && node.Value.Stamp > stamp; node = node.Previous)
        {
            found.Add(node.Value.Index);
        }

        found.Sort();
        return found;
    }
}
