namespace Continuity.Grains.Artifacts;

/// <summary>A file that a program may read until this is disposed.</summary>
public sealed class LocalFile : IAsyncDisposable
{
    private readonly bool _temporary;

    private LocalFile(string path, bool temporary)
    {
        Path = path;
        _temporary = temporary;
    }

    /// <summary>The file's absolute path.</summary>
    public string Path { get; }

    /// <summary>Points at a file that somebody else keeps; disposing does nothing.</summary>
    /// <param name="path">Absolute path of the file.</param>
    /// <returns>The file.</returns>
    public static LocalFile Kept(string path) => new(path, temporary: false);

    /// <summary>Takes over a temporary file; disposing deletes it.</summary>
    /// <param name="path">Absolute path of the file.</param>
    /// <returns>The file.</returns>
    public static LocalFile Temporary(string path) => new(path, temporary: true);

    /// <summary>Deletes the file when it is temporary.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        if (_temporary)
        {
            File.Delete(Path);
        }

        return ValueTask.CompletedTask;
    }
}
