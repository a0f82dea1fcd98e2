using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Continuity.Simulator.Sockets;

/// <summary>
/// Every text message that went out over a web socket, a line each: the machine's steady clock in ticks just before it was sent, a space, the message. So another process on this machine
/// knows how old a message is that reached it, however it did.
/// </summary>
internal sealed class MessageLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly FileStream? _file;
    private bool _disposed;

    public MessageLog(string? path)
    {
        if (path is not null)
        {
            _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
    }

    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>Called after the message has left, so that the log holds up none.</summary>
    public void Sent(long at, byte[] message)
    {
        if (_file is null)
        {
            return;
        }

        byte[] line = [.. Encoding.UTF8.GetBytes(at.ToString(CultureInfo.InvariantCulture)), (byte)' ', .. message, (byte)'\n'];
        lock (_lock)
        {
            if (!_disposed)
            {
                _file.Write(line);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _file?.Dispose();
        }
    }
}
