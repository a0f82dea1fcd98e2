using Continuity.Chaos.Disks;

namespace Continuity.Cluster.Tests.Faults;

/// <summary>A theory that needs a small disk; skipped, with the reason, where none can be mounted.</summary>
internal sealed class DiskTheoryAttribute : TheoryAttribute
{
    public DiskTheoryAttribute() => Skip = SmallDisk.WhyNot();
}
