using System.Collections.Immutable;

namespace Continuity.ComfyUI.Client;

/// <summary>What an instance tells about itself.</summary>
/// <param name="Version">Version of ComfyUI; empty when it does not tell.</param>
/// <param name="RamTotal">Main memory in bytes.</param>
/// <param name="RamFree">Free main memory in bytes.</param>
/// <param name="Devices">Its devices; ComfyUI computes on the first.</param>
public sealed record SystemStats(string Version, long RamTotal, long RamFree, ImmutableArray<ComfyDevice> Devices);

/// <summary>A device that an instance computes on.</summary>
/// <param name="Name">Name for people, such as <c>NVIDIA GeForce RTX 3090</c> or <c>cpu</c>.</param>
/// <param name="Type"><c>cuda</c>, <c>cpu</c> and others.</param>
/// <param name="VramTotal">Its memory in bytes; the main memory for a CPU.</param>
/// <param name="VramFree">Its free memory in bytes.</param>
public sealed record ComfyDevice(string Name, string Type, long VramTotal, long VramFree);
