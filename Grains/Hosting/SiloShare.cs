using System.IO.Hashing;
using System.Text;

using Continuity.Pipelines;

namespace Continuity.Grains.Hosting;

/// <summary>
/// Divides the recovery sweep among the silos: every unfinished pipeline is looked after by one of the active ones. While two silos see the membership
/// differently a pipeline may be looked after twice or, until the next sweep, not at all; neither does harm, as each sweep wakes only those that sleep.
/// </summary>
internal sealed class SiloShare(ISiloStatusOracle silos)
{
    /// <summary>Whether this silo looks after a pipeline at the moment.</summary>
    public Func<PipelineId, bool> Current()
    {
        SiloAddress[] active = [.. silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Order()];
        var mine = Array.IndexOf(active, silos.SiloAddress);
        return mine < 0 || active.Length == 1
            ? _ => true
            : id => XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(id.Value)) % (uint)active.Length == mine;
    }
}
