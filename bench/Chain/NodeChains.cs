using System.Diagnostics;
using System.Text.Json;

namespace Continuity.Bench;

/// <summary>Chains that a script of Node.js runs in a process of its own.</summary>
internal sealed class NodeChains : IChainRunner
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Process _node;
    private readonly IAsyncDisposable? _server;

    private NodeChains(string name, string durability, Process node, IAsyncDisposable? server) => (Name, Durability, _node, _server) = (name, durability, node, server);

    public string Name { get; }

    public string Durability { get; }

    /// <summary>Starts the script.</summary>
    /// <param name="name">What it runs.</param>
    /// <param name="durability">What is promised of each step.</param>
    /// <param name="scripts">The folder of the script.</param>
    /// <param name="arguments">The script and its arguments.</param>
    /// <param name="server">What it needs, ended after it.</param>
    public static async Task<NodeChains> StartAsync(string name, string durability, string scripts, IReadOnlyList<string> arguments, IAsyncDisposable? server = null)
    {
        var node = Programs.Start("node", scripts, arguments);
        await Programs.LineAsync(node, line => line == "ready");
        return new NodeChains(name, durability, node, server);
    }

    public async Task<ChainTimes> RunAsync(int chains, int inFlight)
    {
        await _node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { chains, inFlight }, Json));
        await _node.StandardInput.FlushAsync();
        var answer = JsonSerializer.Deserialize<Answer>(await Programs.LineAsync(_node, line => line.StartsWith('{')), Json)!;
        return new ChainTimes(answer.Milliseconds, TimeSpan.FromSeconds(answer.Seconds));
    }

    public async ValueTask DisposeAsync()
    {
        await Programs.EndAsync(_node);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private sealed record Answer(IReadOnlyList<double> Milliseconds, double Seconds);
}
