using System.Collections;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Execution;

/// <summary>
/// Python's heapq over prompt tuples. The array order is visible in GET /queue, and comparing two entries with the same number and id
/// but different prompts raises, after the entry was appended: both are part of the recorded behaviour.
/// </summary>
internal sealed class PromptHeap
{
    private readonly List<QueueItem> _items = [];

    public IReadOnlyList<QueueItem> Items => _items;

    public int Count => _items.Count;

    public void Push(QueueItem item)
    {
        _items.Add(item);
        SiftDown(0, _items.Count - 1);
    }

    public QueueItem Pop()
    {
        var last = _items[^1];
        _items.RemoveAt(_items.Count - 1);
        if (_items.Count == 0)
        {
            return last;
        }

        var first = _items[0];
        _items[0] = last;
        SiftUp(0);
        return first;
    }

    public void RemoveAt(int index)
    {
        _items.RemoveAt(index);
        for (var i = (_items.Count / 2) - 1; i >= 0; i--)
        {
            SiftUp(i);
        }
    }

    public void Clear() => _items.Clear();

    internal static bool IsLess(QueueItem left, QueueItem right)
    {
        var byNumber = PyNumber.Compare(left.Number, right.Number);
        if (byNumber != 0)
        {
            return byNumber < 0;
        }

        var byId = string.CompareOrdinal(left.PromptId, right.PromptId);
        if (byId != 0)
        {
            return byId < 0;
        }

        if (!PyNumber.AreEqual(left.Prompt, right.Prompt) || !PyNumber.AreEqual(left.ExtraData, right.ExtraData))
        {
            throw new PythonException("TypeError", "'<' not supported between instances of 'dict' and 'dict'");
        }

        return ((IStructuralComparable)left.Outputs.ToArray()).CompareTo(Pad(right.Outputs, left.Outputs.Count), StringComparer.Ordinal) < 0;
    }

    private static string[] Pad(IReadOnlyList<string> list, int count) => [.. list.Take(count), .. Enumerable.Repeat(string.Empty, Math.Max(0, count - list.Count))];

    private void SiftDown(int start, int position)
    {
        var item = _items[position];
        while (position > start)
        {
            var parent = (position - 1) >> 1;
            if (!IsLess(item, _items[parent]))
            {
                break;
            }

            _items[position] = _items[parent];
            position = parent;
            _items[position] = item;
        }
    }

    private void SiftUp(int position)
    {
        var start = position;
        var end = _items.Count;
        var child = (2 * position) + 1;
        while (child < end)
        {
            var right = child + 1;
            if (right < end && !IsLess(_items[child], _items[right]))
            {
                child = right;
            }

            (_items[position], _items[child]) = (_items[child], _items[position]);
            position = child;
            child = (2 * position) + 1;
        }

        SiftDown(start, position);
    }
}
