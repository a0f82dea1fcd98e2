using System.Runtime.InteropServices;

namespace Continuity.Grains.Artifacts;

/// <summary>Tells whether a file was touched since it was checked.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileStamp(long Length, DateTime WrittenUtc)
{
    /// <summary>The stamp of an open file.</summary>
    public static FileStamp Of(FileStream file) => new(file.Length, File.GetLastWriteTimeUtc(file.SafeFileHandle));

    /// <summary>The stamp of a file.</summary>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        return new FileStamp(file.Length, file.LastWriteTimeUtc);
    }
}
