using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Continuity.Grains.Hosting;

/// <summary>Sets the cluster's reminder when a silo starts, however often: there is one.</summary>
internal sealed partial class RecoveryArming(IGrainFactory grains, TimeProvider time, ILogger<RecoveryArming> logger) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await grains.GetGrain<IRecoveryGrain>(0).ArmAsync();
                return;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it is, a service that ended would end the silo.
                LogFailed(exception);
            }

            await Task.Delay(Again, time, stoppingToken);
        }
    }

    [LoggerMessage(4004, LogLevel.Warning, "The reminder of the recovery sweep could not be set; it is tried again.")]
    private partial void LogFailed(Exception exception);
}
