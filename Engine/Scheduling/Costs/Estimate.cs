using System.Runtime.InteropServices;

namespace Continuity.Engine.Scheduling.Costs;

/// <summary>
/// A running estimate of a quantity that is measured again and again: a mean that follows changes and a mean deviation from it. One wild sample moves it by little.
/// </summary>
/// <param name="Mean">The estimate, in the unit of the samples.</param>
/// <param name="Deviation">The mean distance of samples from the estimate.</param>
/// <param name="Count">How many samples it has seen.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Estimate(double Mean, double Deviation, int Count)
{
    // The first samples count fully; later ones a tenth, so that a changed machine is believed after some tens of prompts.
    private const double LeastWeight = 0.1;

    // A sample further away than this many times the mean (or a part of it) is taken for this far: a machine that stood still says nothing about the next prompt.
    private const double Wild = 3;
    private const int Settled = 4;

    /// <summary>Takes a sample in.</summary>
    /// <param name="sample">The sample; not negative.</param>
    /// <returns>The estimate after it.</returns>
    public Estimate After(double sample)
    {
        if (Count == 0)
        {
            return new Estimate(sample, sample / 4, 1);
        }

        var tame = Count < Settled ? sample : Math.Clamp(sample, Mean / Wild, Mean * Wild);
        var weight = Math.Max(LeastWeight, 1.0 / (Count + 1));
        return new Estimate(Mean + (weight * (tame - Mean)), Deviation + (weight * (Math.Abs(tame - Mean) - Deviation)), Count + 1);
    }
}
