using System.Diagnostics;
using System.Globalization;

namespace Continuity.Client.Downloads;

/// <summary>Writes files so that a reader sees the old one or the whole new one, whatever happens in between and whoever writes the same file meanwhile.</summary>
internal static class AtomicFile
{
    private const string Suffix = ".part";

    private static int _written;

    /// <summary>Writes a file beside its place and moves it there when it is complete; on an error nothing of it stays.</summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        DeleteLeftBehind(folder, Path.GetFileName(path));

        // A name of this write's own: two processes that follow one pipeline bring the same files to the same place.
        var part = $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref _written)}{Suffix}";
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

    // Parts of processes that were killed. One that lives still writes its own.
    private static void DeleteLeftBehind(DirectoryInfo folder, string name)
    {
        foreach (var part in folder.EnumerateFiles($"*{Suffix}").Where(part => part.Name.StartsWith($"{name}.", StringComparison.Ordinal)))
        {
            var writer = part.Name[(name.Length + 1)..^Suffix.Length].Split('-')[0];
            if (int.TryParse(writer, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && !IsAlive(id))
            {
                part.Delete();
            }
        }
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
