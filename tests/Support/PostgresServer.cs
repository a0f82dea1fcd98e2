using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

using Npgsql;

namespace Continuity.Support;

/// <summary>
/// A PostgreSQL server of our own, in a temporary folder and on a free port, as durable as in earnest. It can be stopped, killed and started again on the same data.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "continuity";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly PostgresServerOptions _options;
    private readonly PostgresPrograms _programs;
    private readonly string _folder;
    private readonly string _password;
    private PostgresProcess? _process;
    private int _databases;

    private PostgresServer(PostgresServerOptions options, PostgresPrograms programs, string folder, string password, int port) =>
        (_options, _programs, _folder, _password, Port) = (options, programs, folder, password, port);

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>The address to connect to.</summary>
    public string Host => _options.ListenAddresses[0];

    /// <summary>Whether its main process is there.</summary>
    public bool IsRunning => _process is { HasEnded: false };

    /// <summary>What the server logged in its present life.</summary>
    public string Log => _process?.Log ?? "";

    /// <summary>Processor time that its processes have used; those of connections that are closed no longer count.</summary>
    public TimeSpan CpuTime => _process?.CpuTime ?? TimeSpan.Zero;

    /// <summary>Makes a server and starts it.</summary>
    /// <param name="options">How it is to be; the defaults suit tests.</param>
    /// <returns>The server, ready for connections.</returns>
    /// <exception cref="InvalidOperationException">There is no PostgreSQL, or it does not start: the message tells why.</exception>
    public static async Task<PostgresServer> StartAsync(PostgresServerOptions? options = null)
    {
        options ??= new PostgresServerOptions();
        var programs = PostgresPrograms.Find();
        var folder = options.Folder ?? programs.CreateFolder();
        var password = RandomNumberGenerator.GetHexString(24);
        var server = new PostgresServer(options, programs, folder, password, options.Port ?? FreePort());
        try
        {
            await server.CreateClusterAsync();
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string of one of its databases.</summary>
    /// <param name="database">The database.</param>
    /// <returns>The connection string, with the password.</returns>
    public string ConnectionString(string database) =>
        $"Host={Host};Port={Port.ToString(CultureInfo.InvariantCulture)};Username={User};Password={_password};Database={database}";

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref _databases).ToString(CultureInfo.InvariantCulture)}";
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    /// <summary>Stops it as an administrator does: connections are closed, what is committed stays.</summary>
    /// <returns>When it is down.</returns>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            await _programs.RunAsync("pg_ctl", "stop", "-D", DataFolder, "-m", "fast", "-w", "-t", "20");
            await process.EndedAsync();
            await process.DisposeAsync();
            _process = null;
        }
    }

    /// <summary>Kills it with all of its processes, as a power cut does.</summary>
    /// <returns>When it is dead.</returns>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            await process.KillAsync();
            await process.DisposeAsync();
            _process = null;
        }
    }

    /// <summary>Starts it again after <see cref="StopAsync"/> or <see cref="KillAsync"/>, on the same port and data.</summary>
    /// <returns>When it takes connections.</returns>
    public async Task StartAgainAsync()
    {
        _process = PostgresProcess.Start(_programs, DataFolder, Port, _options);
        var since = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            if (_process.HasEnded || Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new InvalidOperationException($"PostgreSQL did not start on port {Port} within {Patience.TotalSeconds:0} s. Its log:\n{Log}");
            }

            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    /// <summary>Stops it and starts it again.</summary>
    /// <returns>When it takes connections.</returns>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_options.Folder is null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private string DataFolder => Path.Combine(_folder, "data");

    private async Task CreateClusterAsync()
    {
        var passwordFile = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(passwordFile, _password);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        await _programs.RunAsync(
            "initdb", "-D", DataFolder, "-U", User, "-E", "UTF8", "--locale=C", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--no-instructions");
        File.Delete(passwordFile);
        await File.AppendAllTextAsync(Path.Combine(DataFolder, "pg_hba.conf"), "host all all samenet scram-sha-256\n");
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false;Timeout=2");
            await connection.OpenAsync();
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
