using System.Net;
using System.Net.Sockets;

namespace Continuity.Grains.Tests.Artifacts.S3;

/// <summary>Stands between a store and its server, counts bytes, and lets something happen when enough have passed.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private long _sent;
    private long _received;

    public CuttingProxy(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>Bytes that went to the server.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Called with the bytes sent so far before each piece is passed on; <see langword="false"/> cuts the connection.</summary>
    public Func<long, Task<bool>> OnSent { get; set; } = _ => Task.FromResult(true);

    /// <summary>Called with the bytes received so far before each piece is passed on; <see langword="false"/> cuts the connection.</summary>
    public Func<long, Task<bool>> OnReceived { get; set; } = _ => Task.FromResult(true);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> running = [];
        try
        {
            while (true)
            {
                running.Add(PassAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task PassAsync(TcpClient near)
    {
        using (near)
        using (var far = new TcpClient())
        {
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, _server.Port, _stop.Token);
                await Task.WhenAny(
                    CopyAsync(near, far, count => OnSent(Interlocked.Add(ref _sent, count))),
                    CopyAsync(far, near, count => OnReceived(Interlocked.Add(ref _received, count))));
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
            }
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, Func<int, Task<bool>> gate)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await from.GetStream().ReadAsync(buffer, _stop.Token)) > 0 && await gate(read))
            {
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }
}
