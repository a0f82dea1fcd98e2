namespace Continuity.Grains.Artifacts;

/// <summary>Tidies up what a process that died left behind.</summary>
internal static class StaleFiles
{
    /// <summary>
    /// Deletes unfinished files that nobody has written to since a time and nobody holds open, and puts back what was on its way out: a process that died there
    /// may not have looked yet whether it was needed again.
    /// </summary>
    public static void Sweep(ArtifactPaths paths, DateTimeOffset before)
    {
        foreach (var file in new DirectoryInfo(paths.Incoming).EnumerateFiles())
        {
            if (paths.OriginOf(file.FullName) is { } origin)
            {
                PutBack(file.FullName, origin);
            }
            else if (file.LastWriteTimeUtc < before.UtcDateTime)
            {
                DeleteUnlessOpen(file.FullName);
            }
        }
    }

    /// <summary>Puts a file back to its name, unless somebody stored its content anew: that file is as good, and younger.</summary>
    public static void PutBack(string path, string origin)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(origin)!);
            File.Move(path, origin, overwrite: false);
        }
        catch (IOException) when (File.Exists(origin))
        {
            File.Delete(path);
        }
        catch (FileNotFoundException)
        {
            // Another silo deletes it, or puts it back.
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
