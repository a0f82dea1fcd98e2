namespace Continuity.Bench;

/// <summary>What one of the runners achieved over all passes.</summary>
internal sealed class Figures(IChainRunner runner)
{
    private readonly List<double> _one = [];
    private readonly List<double> _many = [];

    public IChainRunner Runner => runner;

    /// <summary>p50 of a chain with one in flight, in ms.</summary>
    public Spread P50 => Spread.Of(_one);

    /// <summary>Chains a second with many in flight.</summary>
    public Spread ChainsPerSecond => Spread.Of(_many);

    /// <summary>Steps a second with many in flight.</summary>
    public Spread StepsPerSecond => ChainsPerSecond.Times(ChainBench.Steps);

    /// <summary>The figures for the JSON line.</summary>
    public object Row => new
    {
        name = runner.Name,
        durability = runner.Durability,
        p50Milliseconds = P50.Rounded(2),
        chainsPerSecond = ChainsPerSecond.Rounded(0),
        stepsPerSecond = StepsPerSecond.Rounded(0),
    };

    public void Add(ChainTimes one, ChainTimes many)
    {
        _one.Add(one.Percentile(0.5));
        _many.Add(many.ChainsPerSecond);
    }
}

/// <summary>The median of several passes, and the best and worst of them.</summary>
internal sealed record Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        return new Spread(sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0], sorted[^1]);
    }

    public Spread Times(double factor) => new(Median * factor, Min * factor, Max * factor);

    public Spread Rounded(int digits) => new(Math.Round(Median, digits), Math.Round(Min, digits), Math.Round(Max, digits));
}
