namespace Continuity.Grains.Media;

/// <summary>Turns work done into percentages that never fall. 100 is only reported for a whole film.</summary>
internal sealed class FilmProgress(IProgress<double>? target)
{
    private const double AlmostDone = 99;
    private double _reported = -1;

    /// <summary>Reports a share of the work, from 0 to 1.</summary>
    public void Report(double share) => Raise(Math.Clamp(share, 0, 1) * AlmostDone);

    /// <summary>Reports the whole film.</summary>
    public void Complete() => Raise(100);

    private void Raise(double percent)
    {
        if (percent > _reported)
        {
            _reported = percent;
            target?.Report(percent);
        }
    }
}
