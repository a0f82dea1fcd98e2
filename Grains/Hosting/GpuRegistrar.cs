using System.Collections.Immutable;

using Continuity.Gpu;
using Continuity.Pipelines;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Hosting;

/// <summary>Keeps telling the pool which GPUs this silo's configuration names. That also wakes the pool after everything was down, and with it the GPUs that operators added.</summary>
internal sealed partial class GpuRegistrar(
    FarmGrains grains,
    ILocalSiloDetails silo,
    IOptions<ContinuityOptions> options,
    TimeProvider time,
    ILogger<GpuRegistrar> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ImmutableArray<GpuRegistration> gpus = [.. options.Value.Gpus];
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        do
        {
            try
            {
                await grains.Pool.AdvertiseAsync(GpuOrigin.Configured, silo.Name, gpus);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it is, a service that ended would end the silo.
                LogFailed(exception, gpus.Length);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(4002, LogLevel.Warning, "The {Count} GPUs of this silo could not be registered; it is tried again.")]
    private partial void LogFailed(Exception exception, int count);
}
