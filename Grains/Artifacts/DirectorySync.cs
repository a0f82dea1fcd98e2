using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Continuity.Grains.Artifacts;

/// <summary>Makes renames durable. A renamed file survives a power cut only once its folder is written too, and .NET cannot open a folder to do so.</summary>
internal static class DirectorySync
{
    private const int ReadOnly = 0;

    /// <summary>Waits until the folder's entries are on the disk. Windows writes them with the file; there this does nothing.</summary>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(Encoding.UTF8.GetBytes(directory + '\0'), ReadOnly);
        if (descriptor < 0)
        {
            throw Failure(directory);
        }

        try
        {
            // Some network file systems refuse to sync folders (EINVAL): they write renames through on their own.
            const int InvalidArgument = 22;
            if (Fsync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            {
                throw Failure(directory);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string directory)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"The folder '{directory}' could not be written to the disk: {new Win32Exception(error).Message}", error);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
