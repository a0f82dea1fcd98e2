namespace Continuity.Gpu;

/// <summary>A ComfyUI instance that may be used.</summary>
/// <param name="Id">The GPU.</param>
/// <param name="Address">The base address of its ComfyUI, such as <c>http://127.0.0.1:8188/</c>.</param>
/// <param name="Name">Name for people.</param>
[GenerateSerializer, Immutable, Alias("continuity.gpu-registration")]
public sealed record GpuRegistration([property: Id(0)] GpuId Id, [property: Id(1)] Uri Address, [property: Id(2)] string Name);
