namespace Continuity.Engine.Scheduling.Explaining;

/// <summary>
/// What equal shares give to everybody until each has got some amount: whoever has got less is served first, and nobody gets more than is left to do for him. One look-up costs the logarithm of
/// how many share.
/// </summary>
internal sealed class ShareCurve
{
    private readonly double[] _begins;
    private readonly double[] _ends;
    private readonly double[] _beginSums;
    private readonly double[] _endSums;

    /// <summary>Makes one.</summary>
    /// <param name="shares">What each has got, and what is left to do for him.</param>
    public ShareCurve(IReadOnlyCollection<(double Served, double Left)> shares)
    {
        _begins = [.. shares.Select(share => share.Served).Order()];
        _ends = [.. shares.Select(share => share.Served + share.Left).Order()];
        (_beginSums, _endSums) = (Sums(_begins), Sums(_ends));
    }

    /// <summary>What all of them get until each has got some amount.</summary>
    public double Until(double amount) => Past(_begins, _beginSums, amount) - Past(_ends, _endSums, amount);

    /// <summary>What one gets until then.</summary>
    public static double Of(double served, double left, double amount) => Math.Clamp(amount - served, 0, left);

    // The sum of how far the amount is past each mark.
    private static double Past(double[] marks, double[] sums, double amount)
    {
        var index = Array.BinarySearch(marks, amount);
        var below = index < 0 ? ~index : index;
        return (amount * below) - sums[below];
    }

    private static double[] Sums(double[] marks)
    {
        var sums = new double[marks.Length + 1];
        for (var i = 0; i < marks.Length; i++)
        {
            sums[i + 1] = sums[i] + marks[i];
        }

        return sums;
    }
}
