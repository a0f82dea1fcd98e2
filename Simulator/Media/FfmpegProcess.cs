using System.Diagnostics;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Media;

/// <summary>One running ffmpeg; disposing it kills it when it still runs.</summary>
internal sealed class FfmpegProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _stopped;
    private readonly CancellationTokenRegistration _kill;

    public FfmpegProcess(Process process, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        _process = process;
        _timeout = new CancellationTokenSource(timeout, time);
        _stopped = CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, cancellationToken);
        _kill = _stopped.Token.Register(Kill);
        _errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Raised when the work is cancelled or takes too long.</summary>
    public CancellationToken Stopped => _stopped.Token;

    public async Task<bool> TryEndAsync()
    {
        await _process.WaitForExitAsync(Stopped);
        return _process.ExitCode == 0;
    }

    public async Task EndAsync()
    {
        if (!await TryEndAsync())
        {
            var message = (await _errors).Trim();
            throw new PythonException("av.error.ExternalError", $"[Errno 542398533] Generic error in an external library: '{message}'");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _kill.DisposeAsync();
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _errors;
        _process.Dispose();
        _stopped.Dispose();
        _timeout.Dispose();
    }

    private void Kill()
    {
        try
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }
        }
        catch (InvalidOperationException)
        {
            // It ended between the look and the kill.
        }
    }
}
