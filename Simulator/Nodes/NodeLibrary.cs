using System.Collections.Frozen;

namespace Continuity.Simulator.Nodes;

/// <summary>Runs one node.</summary>
internal delegate Task<NodeOutput> NodeRunner(NodeCall call);

/// <summary>What each node class does.</summary>
internal static class NodeLibrary
{
    private static readonly FrozenDictionary<string, NodeRunner> Runners = Collect();

    public static IEnumerable<string> Names => Runners.Keys;

    public static NodeRunner Find(string classType) => Runners[classType];

    private static FrozenDictionary<string, NodeRunner> Collect()
    {
        var runners = new Dictionary<string, NodeRunner>(StringComparer.Ordinal);
        LoaderNodes.Register(runners);
        ConditioningNodes.Register(runners);
        LatentNodes.Register(runners);
        SamplerNodes.Register(runners);
        LatentSizeNodes.Register(runners);
        ImageNodes.Register(runners);
        ImageEffectNodes.Register(runners);
        VideoNodes.Register(runners);
        SaveNodes.Register(runners);
        PrimitiveNodes.Register(runners);
        TestNodes.Register(runners);
        return runners.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
