namespace Continuity.Bench;

/// <summary>Something that runs chains of three steps, each step's result durable before the next begins.</summary>
internal interface IChainRunner : IAsyncDisposable
{
    string Name { get; }

    string Durability { get; }

    /// <summary>Runs many chains, so many at once.</summary>
    /// <returns>How long each took from its submission to its end, in ms, and all of them together.</returns>
    Task<ChainTimes> RunAsync(int chains, int inFlight);
}

/// <summary>What a run of chains took.</summary>
internal sealed record ChainTimes(IReadOnlyList<double> Milliseconds, TimeSpan Whole)
{
    public double ChainsPerSecond => Milliseconds.Count / Whole.TotalSeconds;

    public double Percentile(double share) => Milliseconds.Order().ElementAt((int)(share * (Milliseconds.Count - 1)));
}
