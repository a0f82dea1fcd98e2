using Continuity.Artifacts;
using Continuity.Grains.Hosting;
using Continuity.Grains.Stores;
using Continuity.Pipelines;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Artifacts;

/// <summary>Notes at the artifacts whose they are, before another farm comes there by mistake; then has the unused ones deleted from time to time, where that is wanted.</summary>
internal sealed partial class ArtifactHousekeeping(
    IArtifactStore artifacts,
    IPipelineStore pipelines,
    IGrainFactory grains,
    IOptions<ArtifactCollectionOptions> options,
    TimeProvider time,
    ILogger<ArtifactHousekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The start of the silo does not wait for a storage that is slow or away.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await ClaimAsync(stoppingToken);
        if (options.Value.Every is not { } every)
        {
            return;
        }

        using var timer = new PeriodicTimer(every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                // Every silo asks, with the same id within one period: one run is enough.
                var id = new byte[16];
                BitConverter.TryWriteBytes(id, time.GetUtcNow().UtcTicks / every.Ticks);
                await grains.GetGrain<IArtifactCollectorGrain>(IArtifactCollectorGrain.Default).StartAsync(new Guid(id), dryRun: false, options.Value.OlderThan);
            }
            catch (Exception exception) when (CallFaults.MayPass(exception))
            {
                LogNotStarted(exception);
            }
        }
    }

    private async Task ClaimAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var farm = await pipelines.GetFarmIdAsync(cancellationToken);
                if (await artifacts.ClaimAsync(farm, cancellationToken) is var owner && owner != farm)
                {
                    LogForeign(artifacts.Name, owner, farm);
                }

                return;
            }
            catch (Exception exception) when (exception is ArtifactStoreException or StoreException or IOException or UnauthorizedAccessException)
            {
                LogNotClaimed(exception, artifacts.Name);
                await Task.Delay(Again, time, cancellationToken);
            }
        }
    }

    [LoggerMessage(6003, LogLevel.Warning, "The {Place} cannot be used; it is tried again.")]
    private partial void LogNotClaimed(Exception exception, string place);

    [LoggerMessage(6004, LogLevel.Error, "The artifacts in the {Place} belong to farm {Owner}, this is {Farm}: unused ones are not deleted. Give every farm a place of its own.")]
    private partial void LogForeign(string place, string owner, string farm);

    [LoggerMessage(6005, LogLevel.Warning, "The garbage collection of artifacts could not be started; it is tried again after its interval.")]
    private partial void LogNotStarted(Exception exception);
}
