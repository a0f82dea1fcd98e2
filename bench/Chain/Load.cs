namespace Continuity.Bench;

/// <summary>How busy the machine is.</summary>
internal static class Load
{
    public static string Now() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";
}
