using System.Globalization;

using Continuity.Chaos.Processes;

namespace Continuity.Chaos.Disks;

/// <summary>A small file system in memory that can be filled to the last byte. Needs root.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private const string Filler = ".filler";

    private SmallDisk(string path) => Path = path;

    /// <summary>The folder it is mounted on.</summary>
    public string Path { get; }

    private string FillerPath => System.IO.Path.Combine(Path, Filler);

    /// <summary>Why none can be mounted here; <see langword="null"/> when one can.</summary>
    public static string? WhyNot() => Capabilities.HasSysAdmin ? null : "a small disk needs root";

    /// <summary>Makes one in a place of its own, which every user can reach.</summary>
    /// <returns>The disk, or why there is none here.</returns>
    public static async Task<(SmallDisk? Disk, string Problem)> TryMountAsync(int megabytes)
    {
        if (WhyNot() is { } reason)
        {
            return (null, reason);
        }

        // Not in the test's temporary folder, which may be root's alone.
        var path = System.IO.Path.Combine("/tmp", $"continuity-disk-{Guid.NewGuid():N}");
        Directory.CreateDirectory(path);
        var (exitCode, said) = await Tool.TryAsync("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=0777"), "tmpfs", path);
        return exitCode == 0 ? (new SmallDisk(path), "") : (null, $"a small disk cannot be mounted here: {said}");
    }

    /// <summary>Leaves no byte free.</summary>
    public void Fill()
    {
        using var filler = new FileStream(FillerPath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        for (var size = 1 << 20; size > 0; size /= 2)
        {
            var block = new byte[size];
            try
            {
                while (true)
                {
                    filler.Write(block);
                }
            }
            catch (IOException)
            {
                // No room for a block of this size any more: the rest is filled with smaller ones.
            }
        }
    }

    /// <summary>Ends <see cref="Fill"/>.</summary>
    public void Empty() => File.Delete(FillerPath);

    public async ValueTask DisposeAsync()
    {
        await Tool.TryAsync("umount", "--lazy", Path);
        Directory.Delete(Path);
    }
}
