using Microsoft.Extensions.Logging;

namespace Continuity.Cli.Hosting;

/// <summary>Appends log lines to a file, each written through at once so that a killed process leaves its last words.</summary>
internal sealed class FileLoggerProvider(string path, TimeProvider timeProvider) : ILoggerProvider
{
    // Begun anew beyond this size, with the old one kept beside it: enough for months of warnings.
    private const long MaxLength = 8 * 1024 * 1024;

    private readonly Lock _lock = new();
    private StreamWriter? _writer;

    public ILogger CreateLogger(string categoryName) => new FileLogger(this, categoryName);

    public void Dispose()
    {
        lock (_lock)
        {
            _writer?.Dispose();
            _writer = null;
        }
    }

    private void Write(LogLevel level, string category, string message, Exception? error)
    {
        var line = $"{timeProvider.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {level} {category}: {message}{(error is null ? "" : Environment.NewLine + error)}";
        lock (_lock)
        {
            _writer ??= Open();
            _writer.WriteLine(line);
        }
    }

    private StreamWriter Open()
    {
        if (new FileInfo(path) is { Exists: true, Length: > MaxLength })
        {
            File.Move(path, path + ".1", overwrite: true);
        }

        return new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
    }

    private sealed class FileLogger(FileLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            provider.Write(logLevel, category, formatter(state, exception), exception);
    }
}
