using Continuity.Chaos.Pipelines;
using Continuity.Chaos.Processes;
using Continuity.ComfyUI.Client;
using Continuity.Pipelines;

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Continuity.Bench.Gap;

/// <summary>One simulated GPU behind a network, and the ways to use it.</summary>
internal sealed class Network : IAsyncDisposable
{
    // Measured on the real ComfyUI, whose worker is Python.
    public const string TurnTime = "0.0007";

    private readonly GpuProcess _gpu;
    private readonly DelayedPort? _port;
    private readonly ComfyConnections _connections;
    private readonly OurFarm _farm;

    private Network(string name, GpuProcess gpu, DelayedPort? port, ComfyConnections connections, OurFarm farm, IReadOnlyList<IWay> ways) =>
        (Name, _gpu, _port, _connections, _farm, Ways) = (name, gpu, port, connections, farm, ways);

    public string Name { get; }

    /// <summary>ComfyUI's own queue first, then this project.</summary>
    public IReadOnlyList<IWay> Ways { get; }

    public static async Task<Network> StartAsync(string name, string folder, TimeSpan delay)
    {
        var gpu = await GpuProcess.StartAsync(Path.Combine(folder, "gpu"), GpuPace.Instant, listen: null, "--tiny-media", "--turn-time", TurnTime);
        var port = delay > TimeSpan.Zero ? new DelayedPort(gpu.Address, delay) : null;
        var address = port?.Address ?? gpu.Address;
        var connections = new ComfyConnections(Options.Create(new ComfyClientOptions()), TimeProvider.System, NullLogger<ComfyClient>.Instance);
        var client = connections.Get(address);
        var farm = await OurFarm.StartAsync(folder, address);
        return new Network(name, gpu, port, connections, farm, [new OwnQueue(client), farm, new SerialClient(address, client)]);
    }

    /// <summary>Has pairs of prompts executed one way, the second of each made from the picture of the first.</summary>
    /// <returns>The gaps between them in ms, in their order.</returns>
    public async Task<List<double>> MeasureAsync(IWay way, int pairs, double seconds, int seed)
    {
        var before = _gpu.Stories.Length;
        await way.RunAsync(new ChainPlan(pairs, 2, seconds).Make(PipelineId.New(), seed));
        return Gaps.Of(await Gaps.EndedAsync(() => _gpu.Stories, before, 2 * pairs));
    }

    public async ValueTask DisposeAsync()
    {
        await _farm.DisposeAsync();
        await _connections.DisposeAsync();
        if (_port is not null)
        {
            await _port.DisposeAsync();
        }

        await _gpu.DisposeAsync();
    }
}
