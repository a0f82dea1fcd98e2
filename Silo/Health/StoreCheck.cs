using Continuity.Pipelines;

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Continuity.Silo.Health;

/// <summary>The store can be written.</summary>
internal sealed class StoreCheck(WriteProbe probe) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await probe.StoreAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (StoreException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
