namespace Continuity.Grains.Artifacts;

/// <summary>Tells a full disk from other faults.</summary>
internal static class DiskFull
{
    private const int NoSpace = 28;
    private const int LinuxQuota = 122;
    private const int MacQuota = 69;
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether the fault means that a disk, or the quota on it, is used up.</summary>
    public static bool Is(IOException exception) => exception.HResult switch
    {
        WindowsHandleDiskFull or WindowsDiskFull => true,
        NoSpace => !OperatingSystem.IsWindows(),
        LinuxQuota => OperatingSystem.IsLinux(),
        MacQuota => OperatingSystem.IsMacOS(),
        _ => false,
    };
}
