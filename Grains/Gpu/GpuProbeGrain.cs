using System.Net;

using Continuity.ComfyUI.Client;
using Continuity.Gpu;

using Orleans.Concurrency;

namespace Continuity.Grains.Gpu;

/// <summary>Looks at an address on behalf of an operator who wants to add it.</summary>
[StatelessWorker]
internal sealed class GpuProbeGrain(IComfyConnections connections, ISiloStatusOracle silos, TimeProvider time) : Grain, IGpuProbeGrain
{
    // Shorter than the time after which a call between grains counts as lost.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public async Task<GpuProbeResult> ProbeAsync(Uri address)
    {
        if (address.IsLoopback && silos.GetApproximateSiloStatuses(onlyActive: true).Keys.FirstOrDefault(silo => !IPAddress.IsLoopback(silo.Endpoint.Address)) is { } other)
        {
            return new GpuProbeResult.Unreachable(
                $"{address} is another machine to each silo. Name the ComfyUI by an address that all of them reach, such as http://{other.Endpoint.Address}:{address.Port}, started with --listen.");
        }

        using var limit = new CancellationTokenSource(Patience, time);
        try
        {
            var stats = await connections.Get(address).GetSystemStatsAsync(limit.Token);
            return new GpuProbeResult.Found(stats.Devices is [var device, ..] ? device.Name : "", stats.Version);
        }
        catch (ComfyProtocolException exception)
        {
            return new GpuProbeResult.NotComfy(exception.Message);
        }
        catch (ComfyException exception)
        {
            return new GpuProbeResult.Unreachable(exception.Message);
        }
        catch (OperationCanceledException)
        {
            return new GpuProbeResult.Unreachable($"{address} did not answer within {Patience.TotalSeconds:0} s.");
        }
    }
}
