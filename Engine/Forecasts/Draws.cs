namespace Continuity.Engine.Forecasts;

/// <summary>
/// Random numbers that depend on what they are for alone: the same task gets the same luck in the same replay of every forecast, so that a forecast changes because something happened. Every
/// second replay has the luck of the one before it reversed.
/// </summary>
internal sealed class Draws
{
    private ulong _replay;
    private double _sign = 1;

    /// <summary>Begins a replay.</summary>
    public void Begin(int replay) => (_replay, _sign) = ((ulong)(replay / 2) << 40, replay % 2 == 0 ? 1 : -1);

    /// <summary>A number of the standard normal distribution.</summary>
    /// <param name="subject">What it is for.</param>
    /// <param name="salt">Which of several for the same subject.</param>
    public double Normal(int subject, int salt)
    {
        var seed = Mix(_replay ^ ((ulong)(uint)salt << 32) ^ (uint)subject);
        var radius = Math.Sqrt(-2 * Math.Log(Unit(seed)));
        return _sign * radius * Math.Cos(2 * Math.PI * Unit(Mix(seed)));
    }

    // Above 0 and at most 1.
    private static double Unit(ulong bits) => ((bits >> 11) + 1) * (1.0 / (1UL << 53));

    // The finalizer of SplitMix64.
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
