using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Continuity.Support;

/// <summary>One life of a PostgreSQL server: its main process, with one of its own for every connection.</summary>
internal sealed class PostgresProcess : IAsyncDisposable
{
    private const int MaxLog = 20_000;

    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private PostgresProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public bool HasEnded => _process.HasExited;

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public TimeSpan CpuTime
    {
        get
        {
            var children = Children();
            var time = children.Append(_process).Aggregate(TimeSpan.Zero, (sum, process) => sum + process.TotalProcessorTime);
            children.ForEach(child => child.Dispose());
            return time;
        }
    }

    public static PostgresProcess Start(PostgresPrograms programs, string data, int port, PostgresServerOptions options)
    {
        List<string> arguments =
        [
            "-D", data,
            "-p", port.ToString(CultureInfo.InvariantCulture),
            "-c", $"listen_addresses={string.Join(',', options.ListenAddresses)}",
            "-c", "unix_socket_directories=",
            "-c", $"fsync={(options.Fsync ? "on" : "off")}",
            "-c", "synchronous_commit=on",
            "-c", "max_connections=200",
            "-c", "shared_buffers=128MB",
            "-c", "logging_collector=off",
        ];
        foreach (var (name, value) in options.Settings)
        {
            arguments.AddRange(["-c", $"{name}={value}"]);
        }

        var (program, full) = programs.CommandLine("postgres", arguments);
        var start = new ProcessStartInfo(program, full)
        {
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return new PostgresProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} was not started."));
    }

    public Task EndedAsync() => _process.WaitForExitAsync();

    /// <summary>Kills the main process and those of its connections, and waits until none is left: the next life cannot start beside them.</summary>
    public async Task KillAsync()
    {
        var children = Children();
        Kill(_process);
        children.ForEach(Kill);
        foreach (var child in children)
        {
            await child.WaitForExitAsync();
            child.Dispose();
        }

        await _process.WaitForExitAsync();
    }

    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself just now.
        }
    }

    private List<Process> Children()
    {
        var found = new List<Process>();
        foreach (var process in Process.GetProcesses())
        {
            if (ParentOf(process.Id) == _process.Id)
            {
                found.Add(process);
            }
            else
            {
                process.Dispose();
            }
        }

        return found;
    }

    private static int? ParentOf(int id)
    {
        try
        {
            // The name stands in brackets and may hold anything; the state and the parent follow it.
            var text = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private void Keep(string? line)
    {
        lock (_log)
        {
            if (line is not null && _log.Length < MaxLog)
            {
                _log.AppendLine(line);
            }
        }
    }
}
