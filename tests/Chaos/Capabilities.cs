using System.Globalization;

namespace Continuity.Chaos;

/// <summary>What the kernel lets this process do: a container's root may do much less than root.</summary>
internal static class Capabilities
{
    private const int NetAdmin = 12;
    private const int SysAdmin = 21;

    public static bool HasNetAdmin => Has(NetAdmin);

    public static bool HasSysAdmin => Has(SysAdmin);

    private static bool Has(int capability) =>
        File.Exists("/proc/self/status")
        && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal)) is { } line
        && (ulong.Parse(line["CapEff:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> capability & 1) == 1;
}
