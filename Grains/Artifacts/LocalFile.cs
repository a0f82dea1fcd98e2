namespace Continuity.Grains.Artifacts;

/// <summary>A file that a program may read until this is disposed.</summary>
public sealed class LocalFile : IAsyncDisposable
{
    private Action? _release;

    private LocalFile(string path, Action? release)
    {
        Path = path;
        _release = release;
    }

    /// <summary>The file's absolute path.</summary>
    public string Path { get; }

    /// <summary>Points at a file that somebody else keeps; disposing does nothing.</summary>
    /// <param name="path">Absolute path of the file.</param>
    /// <returns>The file.</returns>
    public static LocalFile Kept(string path) => new(path, release: null);

    /// <summary>Points at a file that somebody else keeps until it is given back.</summary>
    /// <param name="path">Absolute path of the file.</param>
    /// <param name="giveBack">Called once, when this is disposed.</param>
    /// <returns>The file.</returns>
    public static LocalFile Lent(string path, Action giveBack) => new(path, giveBack);

    /// <summary>Takes over a temporary file; disposing deletes it.</summary>
    /// <param name="path">Absolute path of the file.</param>
    /// <returns>The file.</returns>
    public static LocalFile Temporary(string path) => new(path, () => File.Delete(path));

    /// <summary>Deletes the file when it is temporary; gives it back when it is lent.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _release, null)?.Invoke();
        return ValueTask.CompletedTask;
    }
}
