using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Continuity.Bench;

/// <summary>BullMQ flows in a process of their own, on a Redis that syncs every write. The package is installed into the folder of the build's output.</summary>
internal sealed class BullMqRedis : IChainRunner
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly DirectoryInfo _data;
    private readonly Process _redis;
    private readonly Process _node;

    private BullMqRedis(DirectoryInfo data, Process redis, Process node) => (_data, _redis, _node) = (data, redis, node);

    public string Name => "BullMQ 6.7 flows";

    public string Durability => "Redis, appendonly yes, appendfsync always";

    public static async Task<BullMqRedis> StartAsync()
    {
        var scripts = Path.Combine(AppContext.BaseDirectory, "BullMq");
        if (!Directory.Exists(Path.Combine(scripts, "node_modules", "ioredis")))
        {
            using var npm = Start("npm", scripts, "install", "--no-audit", "--no-fund", "--loglevel=error");
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException($"npm could not install BullMQ: {await npm.StandardOutput.ReadToEndAsync()}");
            }
        }

        var data = Directory.CreateTempSubdirectory("continuity-redis-");
        var port = FreePorts.Next().ToString(CultureInfo.InvariantCulture);
        var redis = Start(
            "redis-server", data.FullName,
            "--port", port, "--bind", "127.0.0.1", "--dir", data.FullName, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction");
        await LineAsync(redis, line => line.Contains("Ready to accept connections", StringComparison.Ordinal));
        _ = redis.StandardOutput.ReadToEndAsync();
        var node = Start("node", scripts, "chain.mjs", port);
        await LineAsync(node, line => line == "ready");
        return new BullMqRedis(data, redis, node);
    }

    public async Task<ChainTimes> RunAsync(int chains, int inFlight)
    {
        await _node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { chains, inFlight }, Json));
        await _node.StandardInput.FlushAsync();
        var answer = JsonSerializer.Deserialize<Answer>(await LineAsync(_node, _ => true), Json)!;
        return new ChainTimes(answer.Milliseconds, TimeSpan.FromSeconds(answer.Seconds));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _node, _redis })
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _data.Delete(recursive: true);
    }

    private static Process Start(string program, string folder, params IReadOnlyList<string> arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        UseShellExecute = false,
    }) ?? throw new InvalidOperationException($"{program} was not started.");

    private static async Task<string> LineAsync(Process process, Func<string, bool> wanted)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (wanted(line))
            {
                return line;
            }
        }

        throw new InvalidOperationException($"{process.StartInfo.FileName} ended early.");
    }

    private sealed record Answer(IReadOnlyList<double> Milliseconds, double Seconds);
}
