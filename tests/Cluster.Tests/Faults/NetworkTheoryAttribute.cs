using Continuity.Chaos.Networks;

namespace Continuity.Cluster.Tests.Faults;

/// <summary>A theory that needs a network of its own; skipped, with the reason, where none can be made.</summary>
internal sealed class NetworkTheoryAttribute : TheoryAttribute
{
    public NetworkTheoryAttribute() => Skip = TestNetwork.WhyNot();
}
