using Continuity.Simulator.Json;

namespace Continuity.Simulator.Storage;

/// <summary>
/// What became of every prompt, one JSON line each, appended to a file: unlike the counters it outlives the process, so that a test knows what a killed one
/// took along. A line is one write, so a reader sees whole lines. Each tells its moment in seconds of a clock that goes on over restarts and is the same for all
/// processes of a machine.
/// </summary>
internal sealed class PromptJournal : IDisposable
{
    private readonly Lock _lock = new();
    private readonly FileStream? _file;
    private readonly TimeProvider _time;
    private bool _disposed;

    public PromptJournal(string? path, TimeProvider time)
    {
        _time = time;
        if (path is not null)
        {
            _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            Write(new PyDict { ["event"] = "life" });
        }
    }

    public void Accepted(string promptId, PyDict extraData) => Write(new PyDict
    {
        ["event"] = "accepted",
        ["id"] = promptId,
        ["pipeline"] = extraData.Find("continuity_pipeline"),
        ["task"] = extraData.Find("continuity_task"),
    });

    public void Started(string promptId) => Write("started", promptId);

    /// <param name="promptId">The prompt.</param>
    /// <param name="status">What the history says of it.</param>
    /// <param name="outputs">How many nodes told of outputs.</param>
    public void Ended(string promptId, string status, int outputs) =>
        Write(new PyDict { ["event"] = "ended", ["id"] = promptId, ["status"] = status, ["outputs"] = (long)outputs });

    /// <summary>A model file was brought into memory, for the prompt that executes.</summary>
    public void Loaded(string file) => Write(new PyDict { ["event"] = "loaded", ["file"] = file });

    public void Removed(string promptId) => Write("removed", promptId);

    public void Forgotten(string promptId) => Write("forgotten", promptId);

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _file?.Dispose();
        }
    }

    private void Write(string name, string promptId) => Write(new PyDict { ["event"] = name, ["id"] = promptId });

    private void Write(PyDict line)
    {
        if (_file is null)
        {
            return;
        }

        // Finer than the milliseconds of the history.
        line["at"] = (double)_time.GetTimestamp() / _time.TimestampFrequency;
        var bytes = System.Text.Encoding.UTF8.GetBytes(PyJson.Write(line) + "\n");
        lock (_lock)
        {
            if (!_disposed)
            {
                _file.Write(bytes);
            }
        }
    }
}
