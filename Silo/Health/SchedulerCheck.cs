using Continuity.Grains.Hosting;

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Continuity.Silo.Health;

/// <summary>Grains of this silo answer, so its threads are not stuck, and the cluster has not thrown it out.</summary>
internal sealed class SchedulerCheck(IGrainFactory grains, ISiloStatusOracle silos) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (silos.CurrentStatus is SiloStatus.Dead)
        {
            return HealthCheckResult.Unhealthy("The cluster declared this silo dead; restart it.");
        }

        if (silos.CurrentStatus is SiloStatus.Active)
        {
            await grains.GetGrain<IPulseGrain>(0).BeatAsync().WaitAsync(cancellationToken);
        }

        return HealthCheckResult.Healthy();
    }
}
