using System.Net.WebSockets;
using System.Text;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Sockets;

/// <summary>One web socket; a send that fails is the receiver's loss alone.</summary>
internal sealed class Connection(WebSocket socket) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1);

    public bool PreviewMetadata { get; set; }

    public void Abort() => socket.Abort();

    public void Dispose() => _sending.Dispose();

    public Task SendTextAsync(string type, PyDict data, CancellationToken cancellationToken) =>
        SendAsync(
            Encoding.UTF8.GetBytes(PyJson.Write(new PyDict { ["type"] = type, ["data"] = data })),
            WebSocketMessageType.Text,
            cancellationToken);

    public async Task SendAsync(byte[] bytes, WebSocketMessageType type, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.SendAsync(bytes, type, endOfMessage: true, cancellationToken);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The receiver is gone; its receive loop ends by itself.
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next text message; null when the socket closed. Binary messages are skipped.</summary>
    public async Task<string?> ReceiveTextAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer, cancellationToken);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, cancellationToken);
                    return null;
                }

                message.Write(buffer, 0, result.Count);
                if (result.EndOfMessage)
                {
                    if (result.MessageType == WebSocketMessageType.Text)
                    {
                        return Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length);
                    }

                    message.SetLength(0);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }
}
