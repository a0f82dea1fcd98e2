namespace Continuity.Client.Downloads;

/// <summary>Writes files so that a reader sees the old one or the whole new one, whatever happens in between.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file beside its place and moves it there when it is complete; on an error nothing of it stays.</summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // One fixed name: what a killed process left behind is overwritten by the next one, not collected.
        var part = path + ".part";
        try
        {
            await using (var stream = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true))
            {
                await write(stream);
                await stream.FlushAsync(cancellationToken);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }
}
