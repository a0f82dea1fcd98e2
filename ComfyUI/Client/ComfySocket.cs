using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;

using Microsoft.Extensions.Logging;

namespace Continuity.ComfyUI.Client;

/// <summary>
/// The message connection to one instance: made when somebody wants it, made again when it breaks, under a new client id each time, because an instance that
/// drops an old connection late goes silent towards a new one of the same id. Frames are read at once and handled elsewhere: one that is not read stalls all
/// clients of the instance.
/// </summary>
internal sealed partial class ComfySocket : IAsyncDisposable
{
    private const int LargestMessage = 256 * 1024 * 1024;

    // Pictures are passed over while so many frames wait: they are for people, and large.
    private const int MostWaitingFrames = 64;

    private static readonly byte[] FeatureFlags = """{"type":"feature_flags","data":{"supports_preview_metadata":true}}"""u8.ToArray();

    private readonly Uri _address;
    private readonly ComfyClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<SocketMessage> _dispatch;
    private readonly Action _interrupted;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _wanted = NewSignal();
    private TaskCompletionSource _connected = NewSignal();
    private CancellationTokenSource? _connection;
    private Task? _run;
    private int _holders;
    private int _waitingFrames;

    public ComfySocket(Uri address, ComfyClientOptions options, TimeProvider time, ILogger logger, Action<SocketMessage> dispatch, Action interrupted)
    {
        (_address, _options, _time, _logger) = (address, options, time, logger);
        (_dispatch, _interrupted) = (dispatch, interrupted);
    }

    /// <summary>The client id of the connection that stands; <see langword="null"/> when there is none.</summary>
    public string? ClientId { get; private set; }

    /// <summary>Wants the connection until disposed. One that stands is kept beyond that, but not made again.</summary>
    public IDisposable Hold()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            _holders++;
            _wanted.TrySetResult();
            _run ??= Task.Run(() => RunAsync(_stopping.Token));
        }

        return new Holder(this);
    }

    /// <summary>Waits a while for the connection. To be called while it is held.</summary>
    public async Task<string?> WaitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        Task connected;
        lock (_lock)
        {
            connected = _connected.Task;
        }

        try
        {
            await connected.WaitAsync(patience, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Prompts can be followed without it.
        }

        return ClientId;
    }

    /// <summary>Makes the connection anew, if it still is the one of that client id.</summary>
    public void Distrust(string clientId, string promptId)
    {
        lock (_lock)
        {
            if (ClientId == clientId && _connection is not null)
            {
                LogDeaf(_logger, _address, promptId);
                _connection.Cancel();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_run is not null)
        {
            await _run;
        }

        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var delay = _options.ReconnectDelay;
        try
        {
            while (true)
            {
                await Wanted().WaitAsync(stopping);
                var lived = await ConnectAndReceiveAsync(delay, stopping);
                delay = lived > _options.LivelinessWindow ? _options.ReconnectDelay : Smaller(delay * 2, _options.MaxReconnectDelay);
                await Task.Delay(lived > TimeSpan.Zero ? _options.ReconnectDelay : delay, _time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Disposed.
        }
        catch (Exception failure)
        {
            // A mistake of ours. Prompts are polled from now on, which is slower and loses nothing.
            LogGaveUp(_logger, failure, _address);
        }
    }

    /// <summary>One connection, from its making to its end; tells how long it stood.</summary>
    private async Task<TimeSpan> ConnectAndReceiveAsync(TimeSpan nextDelay, CancellationToken stopping)
    {
        using var socket = new ClientWebSocket();
        using var connection = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        socket.Options.KeepAliveInterval = _options.PingInterval;
        socket.Options.KeepAliveTimeout = _options.PingTimeout;
        socket.Options.Proxy = null;
        var clientId = Guid.NewGuid().ToString("N");
        try
        {
            using var timer = new CancellationTokenSource(_options.ConnectTimeout, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
            await socket.ConnectAsync(SocketAddress(clientId), both.Token);
            await socket.SendAsync(FeatureFlags, WebSocketMessageType.Text, endOfMessage: true, both.Token);
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested && failure is WebSocketException or OperationCanceledException or IOException)
        {
            LogNotConnected(_logger, _address, failure.Message, nextDelay);
            return TimeSpan.Zero;
        }

        var since = _time.GetTimestamp();
        var frames = Channel.CreateUnbounded<Frame>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var handling = HandleAsync(frames.Reader);
        Opened(clientId, connection);
        string reason;
        try
        {
            reason = await ReceiveAsync(socket, frames.Writer, connection.Token);
        }
        finally
        {
            Closed();
            frames.Writer.Complete();
            await handling;
        }

        stopping.ThrowIfCancellationRequested();
        var lived = _time.GetElapsedTime(since);
        LogLost(_logger, _address, lived.TotalSeconds, reason);
        _interrupted();
        return lived;
    }

    private async Task<string> ReceiveAsync(ClientWebSocket socket, ChannelWriter<Frame> frames, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.GetMemory(16 * 1024), cancellationToken);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return "the server closed it";
                }

                buffer.Advance(received.Count);
                if (buffer.WrittenCount > LargestMessage)
                {
                    return "a message was too large";
                }

                if (!received.EndOfMessage)
                {
                    continue;
                }

                var isText = received.MessageType == WebSocketMessageType.Text;
                if (isText || Volatile.Read(ref _waitingFrames) < MostWaitingFrames)
                {
                    Interlocked.Increment(ref _waitingFrames);
                    frames.TryWrite(new Frame(isText, buffer.WrittenSpan.ToArray()));
                }

                buffer.ResetWrittenCount();
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or IOException)
        {
            return failure.Message;
        }
    }

    private async Task HandleAsync(ChannelReader<Frame> frames)
    {
        await foreach (var frame in frames.ReadAllAsync())
        {
            Interlocked.Decrement(ref _waitingFrames);
            if ((frame.IsText ? SocketMessage.OfText(frame.Data) : SocketMessage.OfBinary(frame.Data)) is { } message)
            {
                _dispatch(message);
            }
        }
    }

    private void Opened(string clientId, CancellationTokenSource connection)
    {
        lock (_lock)
        {
            (ClientId, _connection) = (clientId, connection);
            _connected.TrySetResult();
        }

        LogConnected(_logger, _address, clientId);
    }

    private void Closed()
    {
        lock (_lock)
        {
            (ClientId, _connection, _connected) = (null, null, NewSignal());
        }
    }

    private Task Wanted()
    {
        lock (_lock)
        {
            return _wanted.Task;
        }
    }

    private void Release()
    {
        lock (_lock)
        {
            if (--_holders == 0)
            {
                _wanted = NewSignal();
            }
        }
    }

    private Uri SocketAddress(string clientId) =>
        new UriBuilder(new Uri(_address, "ws")) { Scheme = _address.Scheme == Uri.UriSchemeHttps ? "wss" : "ws", Query = $"clientId={clientId}" }.Uri;

    private static TimeSpan Smaller(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly record struct Frame(bool IsText, ReadOnlyMemory<byte> Data);

    private sealed class Holder(ComfySocket socket) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                socket.Release();
            }
        }
    }
}
