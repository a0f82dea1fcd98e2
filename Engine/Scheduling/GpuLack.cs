using System.Diagnostics;
using System.Globalization;

using Continuity.Gpu;

namespace Continuity.Engine.Scheduling;

/// <summary>A thing that a GPU does not have and a workflow needs. A closed set: <see cref="Node"/>, <see cref="File"/>, <see cref="Memory"/>, <see cref="Tried"/>.</summary>
public abstract record GpuLack
{
    private GpuLack()
    {
    }

    /// <summary>Says what is missing and what to do about it, as the end of a sentence about the GPU.</summary>
    /// <returns>The words.</returns>
    public string Describe() => this switch
    {
        Node node => $"its ComfyUI has no node '{node.NodeClass}' (install the custom node pack that provides it)",
        File { Model: var model } =>
            $"its ComfyUI has no '{model.FileName}' for {model.NodeClass}.{model.InputName}; put it into {ModelFolders.Of(model)}, then refresh ComfyUI",
        Memory memory => string.Create(CultureInfo.InvariantCulture, $"it has {memory.Has / Giga:0.#} GB of memory, and the profile needs {memory.Needed / Giga:0.#} GB"),
        Tried tried => tried.Reason,
        _ => throw new UnreachableException(),
    };

    private const double Giga = 1e9;

    /// <summary>A node class.</summary>
    /// <param name="NodeClass">Its name.</param>
    public sealed record Node(string NodeClass) : GpuLack;

    /// <summary>A file that a loader does not offer.</summary>
    /// <param name="Model">The file and the loader.</param>
    public sealed record File(ModelFile Model) : GpuLack;

    /// <summary>GPU memory.</summary>
    /// <param name="Needed">The least that is needed, in bytes.</param>
    /// <param name="Has">What there is, in bytes.</param>
    public sealed record Memory(long Needed, long Has) : GpuLack;

    /// <summary>It was tried there, and something was missing or too small.</summary>
    /// <param name="Reason">What, in words.</param>
    public sealed record Tried(string Reason) : GpuLack;
}
