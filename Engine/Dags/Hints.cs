namespace Continuity.Engine.Dags;

/// <summary>Helps a person who mistyped a name.</summary>
internal static class Hints
{
    private const int MaxListed = 20;

    // A graph with thousands of wrong names must still be checked in a moment.
    private const int MaxCompared = 1_000;

    /// <summary><c>; did you mean 'x'?</c> where a known name is close, else nothing.</summary>
    public static string DidYouMean(string name, IEnumerable<string> known)
    {
        // A name that differs in more than a third of its letters is another name.
        var limit = Math.Max(1, name.Length / 3);
        var best = known
            .Take(MaxCompared)
            .Where(candidate => Math.Abs(candidate.Length - name.Length) <= limit && candidate.Length <= 64)
            .Select(candidate => (candidate, distance: Distance(name, candidate)))
            .Where(pair => pair.distance <= limit)
            .OrderBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
        return best is null ? "" : $"; did you mean '{best}'?";
    }

    /// <summary>The same, or else a list of the known names.</summary>
    public static string Known(string name, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToArray();
        var hint = DidYouMean(name, names);
        var list = names.Length == 0 ? "none" : string.Join(", ", names.Take(MaxListed)) + (names.Length > MaxListed ? ", …" : "");
        return hint.Length > 0 ? $"{hint} Known: {list}" : $"; known: {list}";
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitute = diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitute, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
