using System.Diagnostics;

using Continuity.Chaos.Networks;

namespace Continuity.Chaos.Processes;

/// <summary>A program of ours in a process of its own: what it says, how it ends, and ways to end it.</summary>
public sealed class ProgramRun : IAsyncDisposable
{
    private const int TailLength = 25;

    private readonly Lock _lock = new();
    private readonly Process _process;
    private readonly string _name;
    private readonly List<string> _output = [];
    private readonly List<string> _all = [];
    private readonly StreamWriter? _log;
    private bool _disposed;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProgramRun(ProcessStartInfo start, string? logPath)
    {
        _log = logPath is null ? null : new StreamWriter(logPath, append: true) { AutoFlush = true };
        _name = string.Join(' ', start.ArgumentList.Select(argument => argument.Contains("://", StringComparison.Ordinal) ? argument : Path.GetFileName(argument)));
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data, isOutput: true);
        _process.ErrorDataReceived += (_, line) => Take(line.Data, isOutput: false);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>Processor time it has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>The lines of standard output so far.</summary>
    public IReadOnlyList<string> Output => Snapshot(_output);

    /// <summary>The last lines of both outputs, for messages.</summary>
    public string Tail => $"--- {_name} (process {Id}{(HasExited ? $", exit code {_process.ExitCode}" : "")})\n{string.Join('\n', Snapshot(_all).TakeLast(TailLength))}";

    /// <summary>Starts an assembly of the test's output folder.</summary>
    /// <param name="assembly">File name without its folder.</param>
    /// <param name="folder">Working and temporary folder.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ProgramRun Start(string assembly, string folder, IEnumerable<string> arguments) => Start(new ProgramStart(assembly, folder, arguments));

    /// <summary>Starts a program.</summary>
    public static ProgramRun Start(ProgramStart program)
    {
        // Entering a namespace replaces the process, so that a signal meets the program itself.
        string[] prefix = program.Namespace is { } name ? ["nsenter", $"--net={NetworkNamespace.PathOf(name)}"] : [];
        string[] host = program.Assembly.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet"] : [];
        string[] command = [.. prefix, .. host, Path.Combine(AppContext.BaseDirectory, program.Assembly), .. program.Arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = program.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // What a killed process leaves behind goes with the folder. Short lives do not pay for a better compilation.
        start.Environment["TMPDIR"] = program.Folder;
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (key, value) in program.Environment)
        {
            start.Environment[key] = value;
        }

        return new ProgramRun(start, program.LogPath);
    }

    /// <summary>Waits until a line of either output will do.</summary>
    /// <returns>That line.</returns>
    public Task<string> LineAsync(Func<string, bool> isIt, string what) =>
        UntilAsync(lines => lines.FirstOrDefault(isIt), $"say {what}", Patience.Step);

    /// <summary>Waits until enough lines of JSON are out, or the program has ended.</summary>
    public Task EventsAsync(int count) => UntilAsync(
        _ => Output.Count >= count || HasExited ? "" : null, $"write {count} events", Patience.Export);

    /// <summary>Waits for the end and expects an exit code.</summary>
    public async Task ExitsWithAsync(int exitCode)
    {
        var found = await EndsAsync(Patience.Export);
        if (found != exitCode)
        {
            throw new ChaosException($"exit code {found} instead of {exitCode}\n{Tail}");
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndsAsync(TimeSpan patience)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(patience);
            return _process.ExitCode;
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"The program did not end within {patience}.\n{Tail}", exception);
        }
    }

    /// <summary>SIGKILL: no last words.</summary>
    /// <returns>Whether there was still something to kill.</returns>
    public async Task<bool> KillAsync()
    {
        var wasAlive = !HasExited;
        _process.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync().WaitAsync(Patience.Step);
        return wasAlive && _process.ExitCode == 128 + 9;
    }

    /// <summary>Sends a signal, such as <c>INT</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        await Tool.RunAsync("kill", $"-{signal}", $"{Id}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().WaitAsync(Patience.Step);
        }

        _process.Dispose();
        lock (_lock)
        {
            _log?.Dispose();
            _disposed = true;
        }
    }

    private async Task<string> UntilAsync(Func<IReadOnlyList<string>, string?> find, string what, TimeSpan patience)
    {
        var started = TimeProvider.System.GetTimestamp();
        var ended = _process.WaitForExitAsync();
        while (true)
        {
            Task more;
            lock (_lock)
            {
                more = _more.Task;
            }

            var isOver = ended.IsCompleted;
            if (find(Snapshot(_all)) is { } found)
            {
                return found;
            }

            if (isOver)
            {
                throw new InvalidOperationException($"The program ended and did not {what}.\n{Tail}");
            }

            try
            {
                var left = patience - TimeProvider.System.GetElapsedTime(started);
                await Task.WhenAny(more, ended).WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }
            catch (TimeoutException exception)
            {
                throw new TimeoutException($"The program did not {what} within {patience}.\n{Tail}", exception);
            }
        }
    }

    private void Take(string? line, bool isOutput)
    {
        if (line is null)
        {
            return;
        }

        TaskCompletionSource more;
        lock (_lock)
        {
            _all.Add(line);
            if (!_disposed)
            {
                _log?.WriteLine(line);
            }

            if (isOutput)
            {
                _output.Add(line);
            }

            (more, _more) = (_more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        more.SetResult();
    }

    private IReadOnlyList<string> Snapshot(List<string> lines)
    {
        lock (_lock)
        {
            return [.. lines];
        }
    }
}
