using Continuity.Grains.Pipelines;
using Continuity.Grains.Stores;
using Continuity.Pipelines;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Hosting;

/// <summary>Wakes the grains of pipelines that are at no end: after a start, and whenever an activation was lost. Waking one that lives costs one call.</summary>
internal sealed partial class RecoverySweep(
    IPipelineStore store,
    DrivenPipelines driven,
    IGrainFactory grains,
    IOptions<ContinuityOptions> options,
    TimeProvider time,
    ILogger<RecoverySweep> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.SweepInterval, time);
        do
        {
            await SweepAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var commanded = driven.Commanded;
        if (!driven.All && commanded.Count == 0)
        {
            return;
        }

        try
        {
            foreach (var id in await store.ListUnfinishedAsync(cancellationToken))
            {
                if (driven.Contains(id))
                {
                    await grains.GetGrain<IPipelineGrain>(id.Value).WakeAsync();
                }
            }
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException or StoreException)
        {
            LogFailed(exception);
        }
    }

    [LoggerMessage(4001, LogLevel.Warning, "The recovery sweep failed; it is tried again.")]
    private partial void LogFailed(Exception exception);
}
