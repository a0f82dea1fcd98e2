using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Continuity.Bench.Gap;

/// <summary>A way to a server over a slow network: every byte, and every connection, arrives so much later, in order, however many are on their way.</summary>
internal sealed class DelayedPort : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Uri _target;
    private readonly TimeSpan _delay;
    private readonly Task _accepting;

    public DelayedPort(Uri target, TimeSpan delay)
    {
        (_target, _delay) = (target, delay);
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}/");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient near)
    {
        using var far = new TcpClient();
        try
        {
            using (near)
            {
                near.NoDelay = far.NoDelay = true;
                await Task.Delay(_delay, TimeProvider.System, _end.Token);
                await far.ConnectAsync(_target.Host, _target.Port, _end.Token);
                await Task.WhenAll(CarryAsync(near, far), CarryAsync(far, near));
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone; the other is closed.
        }
    }

    private async Task CarryAsync(TcpClient from, TcpClient to)
    {
        var travelling = Channel.CreateUnbounded<(long Sent, byte[] Bytes)>();
        var arriving = ArriveAsync(travelling.Reader, to);
        try
        {
            var buffer = new byte[64 * 1024];
            int count;
            while ((count = await from.GetStream().ReadAsync(buffer, _end.Token)) > 0)
            {
                travelling.Writer.TryWrite((TimeProvider.System.GetTimestamp(), buffer[..count]));
            }
        }
        finally
        {
            travelling.Writer.Complete();
            await arriving;
        }
    }

    private async Task ArriveAsync(ChannelReader<(long Sent, byte[] Bytes)> travelling, TcpClient to)
    {
        await foreach (var (sent, bytes) in travelling.ReadAllAsync(_end.Token))
        {
            var left = _delay - TimeProvider.System.GetElapsedTime(sent);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, TimeProvider.System, _end.Token);
            }

            await to.GetStream().WriteAsync(bytes, _end.Token);
        }

        to.Client.Shutdown(SocketShutdown.Send);
    }
}
