using System.Net;

using Continuity.Chaos.Processes;
using Continuity.Client;
using Continuity.Gpu;
using Continuity.Pipelines;

namespace Continuity.Bench.Gap;

/// <summary>This project: a silo in a process of its own on a fresh SQLite store, as it is deployed on one machine, used through the SDK.</summary>
internal sealed class OurFarm : IWay, IAsyncDisposable
{
    private readonly SiloProcess _silo;
    private readonly ContinuityClient _client;

    private OurFarm(SiloProcess silo, ContinuityClient client) => (_silo, _client) = (silo, client);

    public string Name => "Continuity";

    public static async Task<OurFarm> StartAsync(string folder, params IReadOnlyList<Uri> gpus)
    {
        var ports = FreePorts.Find(3, IPAddress.Loopback);
        var silo = await SiloProcess.StartAsync(new SiloPlan("silo", Path.Combine(folder, "silo"), Path.Combine(folder, "data")) { Ports = (ports[0], ports[1], ports[2]), Gpus = gpus });
        var client = await ContinuityClient.ConnectAsync(new ContinuityClientOptions { Gateways = { silo.Gateway } });
        await Patience.UntilAsync(() => client.GetGpusAsync(), found => found.Count(gpu => gpu.Status.Health == GpuHealth.Healthy) == gpus.Count, found => $"{found.Length} GPUs");
        return new OurFarm(silo, client);
    }

    public async Task RunAsync(PipelineDefinition definition)
    {
        // It shares the GPU with the other ways, as with people, and looks every 2 s what they have there: that is over.
        await Patience.UntilAsync(() => _client.GetGpusAsync(), gpus => gpus.All(gpu => gpu.Status.SlotsUsed == 0), gpus => $"{gpus.Count(gpu => gpu.Status.SlotsUsed > 0)} GPUs in use");
        await _client.SubmitAsync(definition);
        var end = await _client.WaitAsync(definition.Id);
        if (end.Summary.Status != PipelineStatus.Completed)
        {
            throw new InvalidOperationException($"The pipeline is {end.Summary.Status}: {end.Summary.Counts}.\n{_silo.Program.Tail}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _silo.DisposeAsync();
    }
}
