using Continuity.Chaos.Runs;

namespace Continuity.Cluster.Tests;

/// <summary>Takes turns: every second case in one run, the others in the next, so that a run stays short. <c>CONTINUITY_FAULTS=all</c> takes them all.</summary>
internal static class Turns
{
    private const string Variable = "CONTINUITY_FAULTS";

    public static TheoryData<string> Half(params ReadOnlySpan<string> cases)
    {
        var (all, turn) = (Environment.GetEnvironmentVariable(Variable) == "all", Seeds.First());
        TheoryData<string> data = [];
        for (var i = 0; i < cases.Length; i++)
        {
            if (all || (i + turn) % 2 == 0)
            {
                data.Add(cases[i]);
            }
        }

        return data;
    }
}
