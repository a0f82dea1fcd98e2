namespace Continuity.Engine.Faults;

/// <summary>
/// How long an executing prompt may show no sign of progress. Nodes that load a model, decode or save are silent for minutes, and how long depends on the workflow and the GPU: so the
/// limit is learned from the silences of runs that ended well there.
/// </summary>
/// <param name="Floor">The shortest limit.</param>
/// <param name="Ceiling">The longest limit, which also holds while too little is known. Goes before the floor.</param>
/// <param name="Factor">The limit is so many times the usual longest silence; 1 or more.</param>
public sealed record StallLimit(TimeSpan Floor, TimeSpan Ceiling, double Factor)
{
    /// <summary>Runs after which something is known.</summary>
    public const int EnoughRuns = 5;

    /// <summary>Newest runs that count: what is older says little about the GPU of today, and a freak of one run is forgotten with it.</summary>
    public const int KeptRuns = 32;

    // Nine runs in ten are not longer than the usual one. The longest silence of all ended well too: it must be allowed again, but is not taken times the factor.
    private const double Usual = 0.9;
    private const double Margin = 1.5;

    /// <summary>Says how long a run of a workflow may be silent.</summary>
    /// <param name="longestSilences">The longest silence of each run of it on this GPU that ended well, newest last.</param>
    /// <returns>The limit.</returns>
    public TimeSpan After(IReadOnlyList<TimeSpan> longestSilences)
    {
        var silences = longestSilences.TakeLast(KeptRuns).Order().ToList();
        if (silences.Count < EnoughRuns)
        {
            return Ceiling;
        }

        var usual = silences[(int)Math.Ceiling(Usual * silences.Count) - 1];
        var limit = Math.Max(usual.TotalSeconds * Factor, silences[^1].TotalSeconds * Margin);
        return TimeSpan.FromSeconds(Math.Min(Math.Max(limit, Floor.TotalSeconds), Ceiling.TotalSeconds));
    }
}
