using Continuity.Chaos.Faults;

namespace Continuity.Cluster.Tests.Faults;

/// <summary>A theory that needs libfaketime; skipped, with the reason, where there is none.</summary>
internal sealed class ClockTheoryAttribute : TheoryAttribute
{
    public ClockTheoryAttribute() => Skip = FakeTime.WhyNot();
}
