namespace Continuity.Grains.Hosting;

/// <summary>
/// A data directory. One process owns it at a time: the one that holds the lock file open. The operating system lets go of it when that process ends,
/// however it ends, so a lock never outlives its owner and the file itself stays.
/// </summary>
internal sealed class DataDirectory(string path)
{
    /// <summary>The path as it was given, for messages.</summary>
    public string Name => path;

    public string FullPath { get; } = Path.GetFullPath(path);

    public string LogPath => Path.Combine(FullPath, "continuity.log");

    public string EndpointPath => Path.Combine(FullPath, "endpoint.json");

    public string SimulatorsPath => Path.Combine(FullPath, "simulators.json");

    public string OutputsPath => Path.Combine(FullPath, "outputs");

    public bool Exists => Directory.Exists(FullPath);

    /// <summary>Whether a process owns the directory now.</summary>
    public bool IsOwned()
    {
        if (!Exists)
        {
            return false;
        }

        // Held for a moment: whoever wants to own it just then tries again.
        using var free = TryOwn();
        return free is null;
    }

    /// <summary>Takes the directory, creating it when it is missing.</summary>
    /// <returns>To be disposed to let go of it; <see langword="null"/> when another process owns it.</returns>
    public IDisposable? TryOwn()
    {
        Directory.CreateDirectory(FullPath);
        try
        {
            return new FileStream(Path.Combine(FullPath, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException)) // shared violation: owned
        {
            return null;
        }
    }
}
