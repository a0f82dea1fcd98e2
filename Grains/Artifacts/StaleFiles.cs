namespace Continuity.Grains.Artifacts;

/// <summary>Removes what a process that died left unfinished.</summary>
internal static class StaleFiles
{
    /// <summary>Deletes files that nobody has written to since a time and nobody holds open.</summary>
    public static void Sweep(string directory, DateTimeOffset before)
    {
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
        {
            if (file.LastWriteTimeUtc < before.UtcDateTime)
            {
                DeleteUnlessOpen(file.FullName);
            }
        }
    }

    private static void DeleteUnlessOpen(string path)
    {
        try
        {
            // A writer holds its file exclusively, so that this fails for a file in use.
            using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
            }

            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // In use, or another silo sweeps as well: the next start looks again.
        }
    }
}
