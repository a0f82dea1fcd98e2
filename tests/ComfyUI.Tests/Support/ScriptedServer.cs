using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Continuity.ComfyUI.Tests.Support;

/// <summary>An HTTP server that answers exactly what a test says, down to a connection that is cut in the middle of a body.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Func<string, Reply> _answer;
    private readonly Task _run;

    /// <summary>Starts the server.</summary>
    /// <param name="answer">Gets the head of a request and gives the answer to it.</param>
    public ScriptedServer(Func<string, Reply> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _run = RunAsync();
    }

    public Uri Address { get; }

    public IReadOnlyCollection<string> Requests => _requests;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _run;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var head = await ReadHeadAsync(stream);
            _requests.Enqueue(head.Split("\r\n", 2)[0]);
            var reply = _answer(head);
            var lines = $"HTTP/1.1 {reply.Status} Scripted\r\nContent-Length: {reply.PromisedLength ?? reply.Body.Length}\r\nConnection: close\r\n{reply.Headers}\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(lines), _stopping.Token);
            await stream.WriteAsync(reply.Body, _stopping.Token);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            // The client left, or the test is over.
        }
    }

    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, _stopping.Token) == 1)
        {
            head.Append((char)one[0]);
        }

        var length = head.ToString().Split("\r\n").Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(line => int.Parse(line.AsSpan(15), CultureInfo.InvariantCulture)).FirstOrDefault();
        await stream.ReadExactlyAsync(new byte[length], _stopping.Token);
        return head.ToString();
    }
}

/// <summary>An answer.</summary>
internal sealed record Reply(int Status, byte[] Body, string Headers = "", int? PromisedLength = null)
{
    public static Reply Json(string json, int status = 200) => new(status, Encoding.UTF8.GetBytes(json), "Content-Type: application/json\r\n");
}
