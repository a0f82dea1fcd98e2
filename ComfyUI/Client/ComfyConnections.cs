using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Continuity.ComfyUI.Client;

/// <summary>Keeps one <see cref="ComfyClient"/> for each base address, over one pool of TCP connections.</summary>
public sealed class ComfyConnections : IComfyConnections
{
    private readonly ComfyClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ComfyClient> _logger;
    private readonly HttpClient _http;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ComfyClient> _clients = new(StringComparer.Ordinal);
    private bool _disposed;

    /// <summary>Creates the cache.</summary>
    /// <param name="options">Time limits and intervals of all clients.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets what happens to the connections; never prompts.</param>
    public ComfyConnections(IOptions<ComfyClientOptions> options, TimeProvider time, ILogger<ComfyClient> logger)
        : this(options, time, logger, sender => sender)
    {
    }

    /// <summary>Creates the cache with something between the clients and what sends their requests, such as a proxy's login, or the faults of a test.</summary>
    /// <param name="options">Time limits and intervals of all clients.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets what happens to the connections; never prompts.</param>
    /// <param name="around">Is given what sends the requests, and gives what the clients use.</param>
    public ComfyConnections(
        IOptions<ComfyClientOptions> options, TimeProvider time, ILogger<ComfyClient> logger, Func<HttpMessageHandler, HttpMessageHandler> around)
    {
        (_options, _time, _logger) = (options.Value, time, logger);

        // ComfyUI stands in the local network: a proxy meant for the internet must not get in between. It closes idle connections after 75 s.
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = _options.ConnectTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            UseProxy = false,
            UseCookies = false,
        };
        _http = new HttpClient(around(handler)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <inheritdoc/>
    public IComfyClient Get(Uri address)
    {
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException($"Expected an address such as http://127.0.0.1:8188, found {address}.", nameof(address));
        }

        var based = new Uri(address.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_clients.TryGetValue(based.AbsoluteUri, out var client))
            {
                _clients[based.AbsoluteUri] = client = new ComfyClient(based, _http, _options, _time, _logger);
            }

            return client;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        ComfyClient[] clients;
        lock (_lock)
        {
            _disposed = true;
            clients = [.. _clients.Values];
            _clients.Clear();
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }

        _http.Dispose();
    }
}
