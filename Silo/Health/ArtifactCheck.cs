using Continuity.Grains.Artifacts;

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Continuity.Silo.Health;

/// <summary>Artifacts can be written.</summary>
internal sealed class ArtifactCheck(WriteProbe probe) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await probe.ArtifactsAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (ArtifactStoreException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
