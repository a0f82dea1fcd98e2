using System.Collections.Concurrent;
using Continuity.Simulator.Execution;
using Continuity.Simulator.Faults;
using Continuity.Simulator.Gpu;
using Continuity.Simulator.Http;
using Continuity.Simulator.Media;
using Continuity.Simulator.Nodes;
using Continuity.Simulator.Sockets;
using Continuity.Simulator.Storage;
using Microsoft.AspNetCore.Connections;

namespace Continuity.Simulator.Hosting;

/// <summary>One life of a server process: everything that a crash loses.</summary>
internal sealed class ServerLife : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<string, ConnectionContext> _connections = new(StringComparer.Ordinal);
    private readonly List<Task> _loops = [];
    private volatile NodeCatalog _catalog;
    private WebApplication? _app;

    public ServerLife(SimulatorOptions options, string dataDirectory, StatisticsRecorder statistics, Action crash)
    {
        Options = options;
        Statistics = statistics;
        Crash = crash;
        Folders = new DataFolders(dataDirectory);
        Folders.WipeTemp();
        _catalog = new NodeCatalog(options, Folders);
        Messages = new MessageLog(options.MessageLogPath);
        Hub = new SocketHub(options.Faults, statistics, Messages);
        Journal = new PromptJournal(options.JournalPath, options.TimeProvider);
        Queue = new PromptQueue(Hub, Journal, options.HistoryCap);
        Memory = new ModelMemory(options, statistics, Journal);
        Gate = new FaultGate(options, crash);
        var services = new NodeServices(options, Folders, Memory, Gate, statistics, new Ffmpeg(options));
        var executor = new PromptExecutor(Catalog, services, Queue, Hub, Interrupt);
        Worker = new PromptWorker(Queue, executor, Hub, Memory, statistics, Journal, options);
    }

    public SimulatorOptions Options { get; }

    public StatisticsRecorder Statistics { get; }

    public Action Crash { get; }

    public DataFolders Folders { get; }

    public NodeCatalog Catalog => _catalog;

    public SocketHub Hub { get; }

    public PromptQueue Queue { get; }

    public ModelMemory Memory { get; }

    public FaultGate Gate { get; }

    public InterruptFlag Interrupt { get; } = new();

    public CancellationToken Ended => _end.Token;

    /// <summary>Lists the model files anew, as the real server does whenever it is asked.</summary>
    public void ListModels() => _catalog = new NodeCatalog(Options, Folders);

    private PromptJournal Journal { get; }

    private MessageLog Messages { get; }

    private PromptWorker Worker { get; }

    /// <summary>Starts to listen and to work.</summary>
    /// <returns>The port.</returns>
    public async Task<int> StartAsync(int port, CancellationToken cancellationToken)
    {
        _app = HttpHost.Build(this, port, TrackAsync);
        await _app.StartAsync(cancellationToken);
        _loops.Add(Task.Run(() => Guard(Hub.PublishAsync), CancellationToken.None));
        _loops.Add(Task.Run(() => Guard(Worker.RunAsync), CancellationToken.None));
        return new Uri(_app.Urls.First()).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var connection in _connections.Values)
        {
            connection.Abort(new ConnectionAbortedException("The server died."));
        }

        await Task.WhenAll(_loops);
        if (_app is not null)
        {
            try
            {
                await _app.StopAsync(new CancellationToken(canceled: true));
            }
            catch (OperationCanceledException)
            {
                // No graceful end is wanted.
            }

            await _app.DisposeAsync();
        }

        Queue.Dispose();
        Journal.Dispose();
        Messages.Dispose();
        _end.Dispose();
    }

    private async Task Guard(Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(Ended);
        }
        catch (OperationCanceledException)
        {
            // The life ended.
        }
    }

    private async Task TrackAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        _connections[connection.ConnectionId] = connection;
        try
        {
            if (!Ended.IsCancellationRequested)
            {
                await next(connection);
            }
        }
        finally
        {
            _connections.TryRemove(connection.ConnectionId, out _);
        }
    }
}
