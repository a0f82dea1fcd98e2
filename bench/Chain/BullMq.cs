using System.Diagnostics;
using System.Globalization;

namespace Continuity.Bench;

/// <summary>BullMQ on a Redis of its own that syncs every write.</summary>
internal static class BullMq
{
    public static Task<NodeChains> StartFlowsAsync() => StartAsync("BullMQ 6.7 flows", "flow");

    public static Task<NodeChains> StartStepsAsync() => StartAsync("BullMQ 6.7 steps", "steps");

    private static async Task<NodeChains> StartAsync(string name, string how)
    {
        var scripts = await Programs.ScriptsAsync("Node");
        var redis = await Redis.StartAsync();
        return await NodeChains.StartAsync(name, "Redis, appendonly yes, appendfsync always", scripts, ["bullmq.mjs", redis.Port, how], redis);
    }

    private sealed class Redis(DirectoryInfo data, Process process, string port) : IAsyncDisposable
    {
        public string Port => port;

        public static async Task<Redis> StartAsync()
        {
            var data = Directory.CreateTempSubdirectory("continuity-redis-");
            var port = FreePorts.Next().ToString(CultureInfo.InvariantCulture);
            var process = Programs.Start(
                "redis-server", data.FullName,
                "--port", port, "--bind", "127.0.0.1", "--dir", data.FullName, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction");
            await Programs.LineAsync(process, line => line.Contains("Ready to accept connections", StringComparison.Ordinal));
            _ = process.StandardOutput.ReadToEndAsync();
            return new Redis(data, process, port);
        }

        public async ValueTask DisposeAsync()
        {
            await Programs.EndAsync(process);
            data.Delete(recursive: true);
        }
    }
}
