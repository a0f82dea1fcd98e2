using System.Collections.Immutable;

namespace Continuity.Gpu;

/// <summary>What a workflow asks of the GPU that runs it.</summary>
/// <param name="NodeClasses">Node classes that the GPU's ComfyUI must have.</param>
/// <param name="Models">Model files that it must offer.</param>
/// <param name="MinVram">The least GPU memory in bytes; 0 for no limit.</param>
[GenerateSerializer, Immutable, Alias("continuity.gpu-needs")]
public sealed record GpuNeeds(
    [property: Id(0)] ImmutableArray<string> NodeClasses,
    [property: Id(1)] ImmutableArray<ModelFile> Models,
    [property: Id(2)] long MinVram);
