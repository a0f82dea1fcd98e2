using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Continuity.Simulator.Hosting;
using Continuity.Simulator.Json;

namespace Continuity.Simulator.Sockets;

/// <summary>
/// The web sockets of one server. All messages go out one after the other over one loop, so one socket that is not read stalls all;
/// the sockets are kept by client id, and a socket that closes takes its id with it even when a newer socket has the id by then.
/// </summary>
internal sealed class SocketHub(SimulatorFaults faults, StatisticsRecorder statistics, MessageLog log)
{
    private readonly Channel<Outgoing> _messages = Channel.CreateUnbounded<Outgoing>(new UnboundedChannelOptions { SingleReader = true });
    private readonly OrderedDictionary<string, Connection> _sockets = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private long _sent;

    /// <summary>The client of the prompt that runs or ran last.</summary>
    public string? CurrentClient { get; set; }

    /// <summary>The node that the current client was last told of, kept until the prompt ends.</summary>
    public string? LastNode { get; set; }

    /// <summary>Whether anybody would get a message; what nobody gets need not be written.</summary>
    public bool HasReceiver(string? clientId)
    {
        lock (_lock)
        {
            return clientId is null ? _sockets.Count > 0 : _sockets.ContainsKey(clientId);
        }
    }

    public void Send(string type, PyDict data, string? clientId)
    {
        if (HasReceiver(clientId))
        {
            SendJson(PyJson.Write(new PyDict { ["type"] = type, ["data"] = data }), clientId);
        }
    }

    public void SendJson(string text, string? clientId)
    {
        _messages.Writer.TryWrite(new Outgoing(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, clientId));
    }

    public void SendBinary(int eventType, ReadOnlySpan<byte> payload, string? clientId)
    {
        var frame = new byte[4 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, eventType);
        payload.CopyTo(frame.AsSpan(4));
        _messages.Writer.TryWrite(new Outgoing(frame, WebSocketMessageType.Binary, clientId));
    }

    public bool SupportsPreviewMetadata(string? clientId)
    {
        lock (_lock)
        {
            return clientId is not null && _sockets.TryGetValue(clientId, out var connection) && connection.PreviewMetadata;
        }
    }

    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        await foreach (var message in _messages.Reader.ReadAllAsync(cancellationToken))
        {
            if (faults.MuteSockets)
            {
                continue;
            }

            foreach (var connection in Receivers(message.ClientId))
            {
                var at = MessageLog.Now;
                await connection.SendAsync(message.Bytes, message.Type, cancellationToken);
                if (message.Type == WebSocketMessageType.Text)
                {
                    log.Sent(at, message.Bytes);
                }

                CountAndDrop();
            }
        }
    }

    /// <summary>Serves one connection until it closes.</summary>
    public async Task ServeAsync(WebSocket socket, string clientId, Func<PyDict> execInfo, Func<PyDict> features, CancellationToken cancellationToken)
    {
        var sid = clientId.Length > 0 ? clientId : Guid.NewGuid().ToString("N");
        var connection = new Connection(socket);
        lock (_lock)
        {
            _sockets.Remove(sid);
            _sockets[sid] = connection;
        }

        statistics.Update(s => s with { SocketConnections = s.SocketConnections + 1 });
        try
        {
            await connection.SendTextAsync("status", new PyDict { ["status"] = execInfo(), ["sid"] = sid }, cancellationToken);
            if (CurrentClient == sid && LastNode is { } node)
            {
                await connection.SendTextAsync("executing", new PyDict { ["node"] = node }, cancellationToken);
            }

            await ReceiveAsync(connection, features, cancellationToken);
        }
        finally
        {
            // By id, whoever owns it now: this is what makes a newer socket with the same id deaf.
            lock (_lock)
            {
                _sockets.Remove(sid);
            }
        }
    }

    public void AbortAll()
    {
        lock (_lock)
        {
            foreach (var connection in _sockets.Values)
            {
                connection.Abort();
            }
        }
    }

    private static async Task ReceiveAsync(Connection connection, Func<PyDict> features, CancellationToken cancellationToken)
    {
        var first = true;
        while (await connection.ReceiveTextAsync(cancellationToken) is { } text)
        {
            if (!first)
            {
                continue;
            }

            PyDict? message;
            try
            {
                message = PyJson.Parse(Encoding.UTF8.GetBytes(text)) as PyDict;
            }
            catch (System.Text.Json.JsonException)
            {
                continue; // the real server only logs it, and still takes the next message for the first
            }

            if (message?.Find("type") is "feature_flags")
            {
                connection.PreviewMetadata = PyText.IsTrue((message.Find("data") as PyDict)?.Find("supports_preview_metadata"));
                await connection.SendTextAsync("feature_flags", features(), cancellationToken);
            }

            first = false;
        }
    }

    private List<Connection> Receivers(string? clientId)
    {
        lock (_lock)
        {
            return clientId is null ? [.. _sockets.Values]
                : _sockets.TryGetValue(clientId, out var connection) ? [connection]
                : [];
        }
    }

    private void CountAndDrop()
    {
        statistics.Update(s => s with { MessagesSent = s.MessagesSent + 1 });
        if (faults.DropSocketsEvery > 0 && ++_sent % faults.DropSocketsEvery == 0)
        {
            AbortAll();
        }
    }

    private readonly record struct Outgoing(byte[] Bytes, WebSocketMessageType Type, string? ClientId);
}
