namespace Continuity.Bench.Gap;

/// <summary>The gaps of all passes.</summary>
internal sealed class Figures
{
    private readonly List<double> _all = [];

    public int Count => _all.Count;

    public void Add(IEnumerable<double> gaps) => _all.AddRange(gaps);

    /// <summary>The gap below which a share of all is, in ms.</summary>
    public double Percentile(double share)
    {
        var sorted = _all.Order().ToList();
        var at = share * (sorted.Count - 1);
        var below = sorted[(int)at];
        return below + ((sorted[(int)Math.Ceiling(at)] - below) * (at - Math.Floor(at)));
    }

    public object Rounded() => new { count = Count, p50 = Round(0.5), p90 = Round(0.9), max = Round(1) };

    private double Round(double share) => Math.Round(Percentile(share), 3);
}
