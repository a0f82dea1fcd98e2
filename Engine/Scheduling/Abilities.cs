using Continuity.Gpu;
using Continuity.Tasks;

namespace Continuity.Engine.Scheduling;

/// <summary>Compares what a workflow needs with what a GPU has.</summary>
public static class Abilities
{
    /// <summary>Finds what a GPU lacks. What is not known of it, it counts as having.</summary>
    /// <param name="needs">What is needed.</param>
    /// <param name="gpu">What the GPU can run; <see langword="null"/> while unknown.</param>
    /// <returns>What is missing; nothing when it is able.</returns>
    public static IEnumerable<GpuLack> Lacks(GpuNeeds needs, GpuCapabilities? gpu)
    {
        if (gpu is null)
        {
            yield break;
        }

        foreach (var name in needs.NodeClasses)
        {
            if (!HasNode(name, gpu))
            {
                yield return new GpuLack.Node(name);
            }
        }

        foreach (var model in needs.Models)
        {
            if (!Offers(model, gpu) && HasNode(model.NodeClass, gpu))
            {
                yield return new GpuLack.File(model);
            }
        }

        if (gpu.VramTotal > 0 && gpu.VramTotal < needs.MinVram)
        {
            yield return new GpuLack.Memory(needs.MinVram, gpu.VramTotal);
        }
    }

    /// <summary>Finds what a GPU lacks for a ticket, and what was found missing when it was tried there.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="gpu">The GPU.</param>
    /// <returns>What is missing; nothing when it is able.</returns>
    public static IEnumerable<GpuLack> Lacks(Ticket ticket, FleetGpu gpu)
    {
        foreach (var exclusion in ticket.ExcludedGpus)
        {
            if (exclusion.GpuId == gpu.Id && IsForGood(exclusion.Class))
            {
                yield return new GpuLack.Tried(exclusion.Reason);
            }
        }

        foreach (var lack in Lacks(new GpuNeeds(ticket.NodeClasses, ticket.Models, ticket.MinVram), gpu.Capabilities))
        {
            yield return lack;
        }
    }

    /// <summary>Whether a fault keeps a task away from its GPU for good.</summary>
    internal static bool IsForGood(FaultClass fault) => fault is FaultClass.Missing or FaultClass.OutOfMemory;

    /// <summary>Whether a GPU has the thing that another one lacks.</summary>
    internal static bool Has(GpuLack lack, GpuCapabilities gpu) => lack switch
    {
        GpuLack.Node node => HasNode(node.NodeClass, gpu),
        GpuLack.File file => HasNode(file.Model.NodeClass, gpu) && Offers(file.Model, gpu),
        GpuLack.Memory memory => gpu.VramTotal >= memory.Needed,
        _ => false,
    };

    // An instance without any node class did not answer as one should: nothing is concluded from that.
    private static bool HasNode(string name, GpuCapabilities gpu) => gpu.NodeClasses.IsEmpty || gpu.NodeClasses.Contains(name);

    // A ComfyUI on Windows writes its folders with backslashes; what it makes of the other sort is for it to say.
    private static bool Offers(ModelFile model, GpuCapabilities gpu) =>
        !gpu.Choices.TryGetValue(new NodeInputName(model.NodeClass, model.InputName), out var files)
        || files.Contains(model.FileName.Contains('\\', StringComparison.Ordinal) ? model.FileName.Replace('\\', '/') : model.FileName);
}
