using Continuity.Gpu;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Hosting;

/// <summary>Keeps this silo's configured GPUs known to the pool, which holds nothing durable.</summary>
internal sealed partial class GpuRegistrar(
    IGrainFactory grains,
    IOptions<ContinuityOptions> options,
    TimeProvider time,
    ILogger<GpuRegistrar> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        do
        {
            foreach (var gpu in options.Value.Gpus.ToList())
            {
                try
                {
                    await grains.GetGrain<IGpuPoolGrain>(IGpuPoolGrain.Default).RegisterAsync(gpu);
                }
                catch (Exception exception) when (exception is OrleansException or TimeoutException)
                {
                    LogFailed(exception, gpu.Id);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(4002, LogLevel.Warning, "GPU {GpuId} could not be registered; it is tried again.")]
    private partial void LogFailed(Exception exception, GpuId gpuId);
}
