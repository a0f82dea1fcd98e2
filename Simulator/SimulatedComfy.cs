using Continuity.Simulator.Hosting;

namespace Continuity.Simulator;

/// <summary>
/// A ComfyUI server without a GPU, on a real socket: same routes, same messages, same surprises; pictures and videos are drawn.
/// </summary>
public sealed class SimulatedComfy : IAsyncDisposable
{
    private readonly SimulatorOptions _options;
    private readonly StatisticsRecorder _statistics = new();
    private readonly SemaphoreSlim _changing = new(1);
    private readonly string _dataDirectory;
    private ServerLife? _life;
    private Task _crash = Task.CompletedTask;
    private int _port;

    private SimulatedComfy(SimulatorOptions options)
    {
        _options = options;
        _port = options.Port;
        _dataDirectory = options.DataDirectory ?? Directory.CreateTempSubdirectory("continuity-simulator-").FullName;
    }

    /// <summary>Where the server listens; the same after a restart.</summary>
    public Uri BaseAddress => new($"http://{_options.Address}:{_port}/");

    /// <summary>What the server has done since it was created; a snapshot.</summary>
    public SimulatorStatistics Statistics => _statistics.Snapshot();

    /// <summary>Faults to inject; change them at any time.</summary>
    public SimulatorFaults Faults => _options.Faults;

    /// <summary>The folder that holds input, output and temp.</summary>
    public string DataDirectory => _dataDirectory;

    /// <summary>Whether the server is up; false after a crash.</summary>
    public bool IsRunning => Volatile.Read(ref _life) is not null;

    /// <summary>Starts a server on a loopback port.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="ct">Cancels the start.</param>
    /// <returns>The server, listening.</returns>
    public static async Task<SimulatedComfy> StartAsync(SimulatorOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var comfy = new SimulatedComfy(options);
        await comfy.StartLifeAsync(ct);
        return comfy;
    }

    /// <summary>Drops all sockets without a goodbye and loses queue, history, cache and the temp folder; input and output stay.</summary>
    /// <returns>A task that ends when the port is closed.</returns>
    public async Task CrashAsync()
    {
        await _changing.WaitAsync();
        try
        {
            await EndLifeAsync(isCrash: true);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Starts again on the same port, after a crash of its own if the server still runs.</summary>
    /// <returns>A task that ends when the server listens.</returns>
    public async Task RestartAsync()
    {
        await _changing.WaitAsync();
        try
        {
            await EndLifeAsync(isCrash: true);
            await StartLifeAsync(CancellationToken.None);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Puts a model file into its folder, or takes it out, while the server runs; the real one lists its folders anew each time it is asked.</summary>
    /// <param name="folder">The folder, such as <c>diffusion_models</c>.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="isThere">Whether it is there after this.</param>
    public void SetModel(string folder, string file, bool isThere = true)
    {
        // Readers keep the set that they have: it is replaced, never changed.
        var files = new SortedSet<string>(_options.Models[folder], StringComparer.Ordinal);
        _ = isThere ? files.Add(file) : files.Remove(file);
        _options.Models[folder] = files;
        Volatile.Read(ref _life)?.ListModels();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _changing.WaitAsync();
        try
        {
            await EndLifeAsync(isCrash: false);
        }
        finally
        {
            _changing.Release();
        }

        await _crash;
        if (_options.DataDirectory is null && Directory.Exists(_dataDirectory))
        {
            Directory.Delete(_dataDirectory, recursive: true);
        }
    }

    private async Task StartLifeAsync(CancellationToken cancellationToken)
    {
        var life = new ServerLife(_options, _dataDirectory, _statistics, OnCrash);
        _port = await life.StartAsync(_port, cancellationToken);
        Volatile.Write(ref _life, life);
    }

    private async Task EndLifeAsync(bool isCrash)
    {
        if (Interlocked.Exchange(ref _life, null) is not { } life)
        {
            return;
        }

        if (isCrash)
        {
            _statistics.Update(s => s with { Crashes = s.Crashes + 1 });
        }

        await life.DisposeAsync();
    }

    // Called from inside the server that is to die, so it must not wait for the death.
    private void OnCrash()
    {
        if (_options.ProcessCrash is { } crash)
        {
            crash();
        }
        else
        {
            _crash = Task.Run(CrashAsync);
        }
    }
}
