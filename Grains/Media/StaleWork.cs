namespace Continuity.Grains.Media;

/// <summary>Removes the unfinished work of a process that died.</summary>
internal static class StaleWork
{
    // Every run adds or removes a file, and none is allowed to take a day.
    private static readonly TimeSpan Age = TimeSpan.FromDays(1);

    /// <summary>Deletes what has our kind of name and was not touched for a day. The folder may be shared, so that nothing else is.</summary>
    public static void Sweep(string directory, DateTimeOffset now)
    {
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            if (Guid.TryParseExact(Path.GetFileNameWithoutExtension(entry.Name), "N", out _) && entry.LastWriteTimeUtc < now.UtcDateTime - Age)
            {
                Delete(entry);
            }
        }
    }

    private static void Delete(FileSystemInfo entry)
    {
        try
        {
            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another silo sweeps as well, or it is somebody else's: the next start looks again.
        }
    }
}
