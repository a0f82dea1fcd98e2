using System.Globalization;
using System.Net;

using Continuity.Chaos.Processes;

namespace Continuity.Chaos.Databases;

/// <summary>A PostgreSQL server of the test's own.</summary>
public sealed class DatabaseServer : IAsyncDisposable
{
    private const string Binaries = "/usr/lib/postgresql/15/bin";

    private readonly string _folder;
    private readonly int _port;

    private DatabaseServer(string folder, IPAddress address, int port) => (_folder, Address, _port) = (folder, address, port);

    /// <summary>Where it listens.</summary>
    public IPAddress Address { get; }

    /// <summary>How to connect.</summary>
    public string ConnectionString => $"Host={Address};Port={_port};Username=postgres;Database=continuity";

    private string Data => Path.Combine(_folder, "pg");

    public static async Task<DatabaseServer> StartAsync(string folder, IPAddress address)
    {
        Directory.CreateDirectory(folder);
        var server = new DatabaseServer(folder, address, FreePorts.Find(1, address)[0]);
        await Tool.RunAsync("chmod", "0777", folder);
        await Tool.RunAsync("chmod", "0755", Path.GetDirectoryName(folder)!);
        await server.RunAsync("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C");
        await File.AppendAllTextAsync(
            Path.Combine(server.Data, "postgresql.conf"),
            string.Create(CultureInfo.InvariantCulture, $"port = {server._port}\nlisten_addresses = '{address}'\nunix_socket_directories = ''\nmax_wal_size = 64MB\nmin_wal_size = 32MB\nshared_buffers = 32MB\nmax_connections = 200\n"));
        await File.AppendAllTextAsync(Path.Combine(server.Data, "pg_hba.conf"), "host all all 10.0.0.0/8 trust\n");
        await server.EnsureStartedAsync();
        await server.RunAsync("createdb", "-h", $"{address}", "-p", $"{server._port}", "-U", "postgres", "continuity");
        return server;
    }

    /// <summary>Restarts it: open transactions are rolled back; with <paramref name="immediate"/> as after a crash, with a recovery.</summary>
    public async Task RestartAsync(bool immediate)
    {
        await StopAsync(immediate);
        await EnsureStartedAsync();
    }

    /// <summary>Stops it.</summary>
    public Task StopAsync(bool immediate) => RunAsync("pg_ctl", "-D", Data, "-m", immediate ? "immediate" : "fast", "-w", "stop");

    /// <summary>Starts it where it does not run.</summary>
    public async Task EnsureStartedAsync()
    {
        if ((await TryAsync("pg_ctl", "-D", Data, "status")).ExitCode != 0)
        {
            await RunAsync("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "pg.log"), "start");
        }
    }

    public async ValueTask DisposeAsync() => await TryAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");

    private async Task RunAsync(string program, params string[] arguments)
    {
        var (exitCode, said) = await TryAsync(program, arguments);
        if (exitCode != 0)
        {
            throw new ChaosException($"{program}: exit code {exitCode}\n{said}");
        }
    }

    // It refuses to run as root.
    private Task<(int ExitCode, string Said)> TryAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? Tool.TryAsync("runuser", ["-u", "postgres", "--", Path.Combine(Binaries, program), .. arguments])
        : Tool.TryAsync(Path.Combine(Binaries, program), arguments);
}
