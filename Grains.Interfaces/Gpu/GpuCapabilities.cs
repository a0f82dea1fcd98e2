using System.Collections.Immutable;

namespace Continuity.Gpu;

/// <summary>What a GPU's ComfyUI can run: its node classes, the files its loaders offer, its memory. Large, so it is sent only when it has changed.</summary>
[GenerateSerializer, Immutable, Alias("continuity.gpu-capabilities")]
public sealed record GpuCapabilities
{
    /// <summary>Names this content: equal contents have equal versions.</summary>
    [Id(0)] public required string Version { get; init; }

    /// <summary>Node classes its ComfyUI has.</summary>
    [Id(1)] public ImmutableHashSet<string> NodeClasses { get; init; } = [];

    /// <summary>
    /// What the inputs with a fixed list of values accept, with forward slashes: file names for loaders. An input that is not here is not known to have such a list.
    /// </summary>
    [Id(2)] public ImmutableDictionary<NodeInputName, ImmutableHashSet<string>> Choices { get; init; } = ImmutableDictionary<NodeInputName, ImmutableHashSet<string>>.Empty;

    /// <summary>GPU memory in bytes; 0 when it does not tell.</summary>
    [Id(3)] public long VramTotal { get; init; }
}

/// <summary>An input of a node class.</summary>
/// <param name="NodeClass">The class, such as <c>UNETLoader</c>.</param>
/// <param name="InputName">The input, such as <c>unet_name</c>.</param>
[GenerateSerializer, Immutable, Alias("continuity.node-input-name")]
public readonly record struct NodeInputName([property: Id(0)] string NodeClass, [property: Id(1)] string InputName)
{
    /// <inheritdoc/>
    public override string ToString() => $"{NodeClass}.{InputName}";
}
