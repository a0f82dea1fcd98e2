using System.Buffers.Binary;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Continuity.Simulator.Tests.Support;

/// <summary>A message as received: JSON text or a binary frame.</summary>
internal sealed record Message(string Raw, JsonNode? Json, byte[]? Binary)
{
    public string Type => Binary is null ? (string)Json!["type"]! : $"binary {BinaryPrimitives.ReadInt32BigEndian(Binary)}";

    public JsonNode Data => Json!["data"]!;

    public bool IsEnd => Type == "executing" && Data["node"] is null;
}

/// <summary>Reads a web socket all the time and keeps what came.</summary>
internal sealed class SocketReader : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly ClientWebSocket _socket = new();
    private readonly List<Message> _messages = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private Task _loop = Task.CompletedTask;
    private int _taken;

    public bool IsClosed { get; private set; }

    public string? Failure { get; private set; }

    public WebSocketState State => _socket.State;

    public int Unread
    {
        get
        {
            lock (_lock)
            {
                return _messages.Count - _taken;
            }
        }
    }

    public static async Task<SocketReader> ConnectAsync(Uri uri, string? firstMessage)
    {
        var reader = new SocketReader();
        await reader._socket.ConnectAsync(uri, CancellationToken.None);
        if (firstMessage is not null)
        {
            await reader._socket.SendAsync(Encoding.UTF8.GetBytes(firstMessage), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }

        reader._loop = reader.ReadAsync();
        return reader;
    }

    /// <summary>All messages from where the last call stopped up to the first that matches.</summary>
    public async Task<IReadOnlyList<Message>> UntilAsync(Func<Message, bool> last, string what)
    {
        var taken = new List<Message>();
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            lock (_lock)
            {
                while (_taken < _messages.Count)
                {
                    taken.Add(_messages[_taken++]);
                    if (last(taken[^1]))
                    {
                        return taken;
                    }
                }
            }

            try
            {
                Assert.False(IsClosed && _taken == _messages.Count, $"The socket closed ({Failure}) before {what}; seen: {Describe(taken)}");
                await _arrived.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Waited {Patience} for {what}; seen: {Describe(taken)}");
            }
        }
    }

    public Task<IReadOnlyList<Message>> UntilEndAsync() => UntilAsync(m => m.IsEnd, "executing node null");

    public Task<IReadOnlyList<Message>> UntilTypeAsync(string type) => UntilAsync(m => m.Type == type, type);

    /// <summary>Waits until the queue is reported as empty: the last thing that goes to everybody.</summary>
    public Task<IReadOnlyList<Message>> UntilIdleAsync() => UntilAsync(
        m => m.Type == "status" && m.Data["sid"] is null && (int)m.Data["status"]!["exec_info"]!["queue_remaining"]! == 0,
        "queue_remaining 0");

    public async Task ClosedAsync()
    {
        await _loop.WaitAsync(Patience);
        Assert.True(IsClosed);
    }

    public async Task CloseAsync()
    {
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, CancellationToken.None);
        await ClosedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _loop;
        _socket.Dispose();
        _arrived.Dispose();
    }

    public static string Describe(IEnumerable<Message> messages) => string.Join(" | ", messages.Select(m => m.Raw));

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        using var whole = new MemoryStream();
        try
        {
            while (true)
            {
                var result = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    break;
                }

                whole.Write(buffer, 0, result.Count);
                if (result.EndOfMessage)
                {
                    Add(whole.ToArray(), result.MessageType);
                    whole.SetLength(0);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            Failure = e.Message;
        }

        IsClosed = true;
        _arrived.Release();
    }

    private void Add(byte[] bytes, WebSocketMessageType type)
    {
        var text = Encoding.UTF8.GetString(bytes);
        lock (_lock)
        {
            _messages.Add(type == WebSocketMessageType.Text ? new Message(text, JsonNode.Parse(text), null) : new Message($"<binary {bytes.Length}>", null, bytes));
        }

        _arrived.Release();
    }
}
