using System.Diagnostics;
using System.Globalization;

namespace Continuity.Bench;

/// <summary>A service of Restate with three steps, and its server with the log synced at every commit, as it does when nothing else is said.</summary>
internal sealed class Restate : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _data;
    private readonly Process _server;

    private Restate(DirectoryInfo data, Process server) => (_data, _server) = (data, server);

    public static async Task<NodeChains> StartAsync()
    {
        var scripts = await Programs.ScriptsAsync("Durable");
        var (service, admin, ingress, node) = (Port(), Port(), Port(), Port());
        var data = Directory.CreateTempSubdirectory("continuity-restate-");
        var settings = Path.Combine(data.FullName, "restate.toml");
        await File.WriteAllTextAsync(
            settings,
            $"""
            base-dir = "{data.FullName}"
            bind-address = "127.0.0.1:{node}"
            advertised-address = "http://127.0.0.1:{node}"
            disable-telemetry = true
            log-filter = "error"

            [admin]
            bind-address = "127.0.0.1:{admin}"

            [ingress]
            bind-address = "127.0.0.1:{ingress}"

            [log-server]
            rocksdb-disable-wal-fsync = false
            """);
        var server = Programs.Start(Program(scripts), data.FullName, "--config-file", settings);
        _ = server.StandardOutput.ReadToEndAsync();
        var restate = new Restate(data, server);
        await WaitAsync(server, admin);
        return await NodeChains.StartAsync("Restate 1.7", "its own log of one node, each commit synced (rocksdb-disable-wal-fsync = false)", scripts, ["restate.mjs", service, admin, ingress], restate);
    }

    public async ValueTask DisposeAsync()
    {
        await Programs.EndAsync(_server);
        _data.Delete(recursive: true);
    }

    private static string Program(string scripts) => Directory
        .EnumerateDirectories(Path.Combine(scripts, "node_modules", "@restatedev"), "restate-server-*")
        .Select(folder => Path.Combine(folder, "bin", "restate-server"))
        .First(File.Exists);

    private static async Task WaitAsync(Process server, string admin)
    {
        using var client = new HttpClient();
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{admin}/health"));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }

            if (server.HasExited || Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new InvalidOperationException($"Restate did not start within {Patience.TotalSeconds:0} s.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    private static string Port() => FreePorts.Next().ToString(CultureInfo.InvariantCulture);
}
