namespace Continuity.Bench.Scheduling;

/// <summary>
/// For how long a task was passed over: from the first to the last time that a task of the same owner which had become ready after it was started before it. A fair share passes over tasks
/// of others on purpose, which is no deferral; nor is it one to wait behind tasks that were there before.
/// </summary>
internal static class Deferral
{
    public static double Longest(IEnumerable<Span> spans, IReadOnlyList<int> readyOrder) => spans
        .GroupBy(span => span.Task!.Owner)
        .Max(ofOwner => Longest([.. ofOwner
            .Select(span => (Order: readyOrder[span.Task!.Index], span.From))
            .OrderBy(start => start.From)
            .ThenBy(start => start.Order)]));

    private static double Longest((int Order, double From)[] starts)
    {
        var longest = 0.0;

        // The newest task that was started up to each start, to find who passed first, and the starts whose task is newer than all those after them, to find who passed last.
        var newest = new int[starts.Length];
        var newer = new Stack<int>();
        for (var i = 0; i < starts.Length; i++)
        {
            newest[i] = Math.Max(starts[i].Order, i > 0 ? newest[i - 1] : -1);
            while (newer.TryPeek(out var before) && starts[before].Order < starts[i].Order)
            {
                newer.Pop();
            }

            if (newer.TryPeek(out var last))
            {
                // The task itself is not among those before it: what is found is the place of the first that is newer.
                var first = ~Array.BinarySearch(newest, 0, i, starts[i].Order);
                longest = Math.Max(longest, starts[last].From - starts[first].From);
            }

            newer.Push(i);
        }

        return longest;
    }
}
