using System.Runtime.InteropServices;

namespace Continuity.Grains.Artifacts;

/// <summary>What a store tells of an artifact when it lists what it holds.</summary>
/// <param name="Sha256">SHA-256 of the content: 64 lower-case hexadecimal digits.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="TouchedAt">When the content was stored for the last time, by the storage's clock. Storing it again counts, reading it does not.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StoredArtifact(string Sha256, long Size, DateTimeOffset TouchedAt);
