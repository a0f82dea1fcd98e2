using System.Runtime.InteropServices;

namespace Continuity.Grains.Artifacts.S3;

/// <summary>What a bucket tells of an object.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct S3Entry(string Key, long Size, DateTimeOffset ModifiedAt);
