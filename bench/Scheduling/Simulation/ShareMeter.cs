namespace Continuity.Bench.Scheduling;

/// <summary>
/// Adds up the GPU seconds that owners get while several of them wait. An equal share is due to each that waits; what an owner gets while nobody else wants anything says nothing about
/// fairness and is left out.
/// </summary>
internal sealed class ShareMeter(int owners)
{
    private readonly int[] _waiting = new int[owners];
    private readonly int[] _executing = new int[owners];
    private readonly double[] _got = new double[owners];
    private readonly double[] _due = new double[owners];
    private int _owners;
    private double _at;

    /// <summary>GPU seconds got while it and others waited, by owner.</summary>
    public IReadOnlyList<double> Got => _got;

    /// <summary>Jain's index over what the owners got of what was due to them: 1 when all got the same part; <see langword="null"/> when no two ever waited.</summary>
    public double? Jain
    {
        get
        {
            var parts = _got.Zip(_due).Where(owner => owner.Second > 0).Select(owner => owner.First / owner.Second).ToList();
            return parts.Count < 2 ? null : parts.Sum() * parts.Sum() / (parts.Count * parts.Sum(part => part * part));
        }
    }

    public void Advance(double now)
    {
        if (_owners >= 2 && now > _at)
        {
            var busy = 0;
            for (var owner = 0; owner < _waiting.Length; owner++)
            {
                busy += _waiting[owner] > 0 ? _executing[owner] : 0;
            }

            for (var owner = 0; owner < _waiting.Length; owner++)
            {
                if (_waiting[owner] > 0)
                {
                    _got[owner] += (now - _at) * _executing[owner];
                    _due[owner] += (now - _at) * busy / _owners;
                }
            }
        }

        _at = now;
    }

    public void Waits(int owner) => _owners += _waiting[owner]++ == 0 ? 1 : 0;

    public void Starts(int owner)
    {
        _owners -= --_waiting[owner] == 0 ? 1 : 0;
        _executing[owner]++;
    }

    public void Ends(int owner) => _executing[owner]--;
}
