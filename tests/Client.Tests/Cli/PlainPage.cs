using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Continuity.Client.Tests.Cli;

/// <summary>A web server that is not ComfyUI: every answer is the same page.</summary>
internal sealed class PlainPage : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private Task _serving = Task.CompletedTask;

    public Uri Address => new($"http://{_listener.LocalEndpoint}/");

    public static Task<PlainPage> StartAsync()
    {
        var page = new PlainPage();
        page._listener.Start();
        page._serving = page.ServeAsync();
        return Task.FromResult(page);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<html></html>");
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[4096], _stop.Token);
                await stream.WriteAsync(answer, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
