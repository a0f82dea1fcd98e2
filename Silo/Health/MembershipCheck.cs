using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Continuity.Silo.Health;

/// <summary>The silo is an active member of its cluster and not about to leave.</summary>
internal sealed class MembershipCheck(ISiloStatusOracle silos, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("The silo is being stopped.")
        : silos.CurrentStatus is SiloStatus.Active ? HealthCheckResult.Healthy()
        : HealthCheckResult.Unhealthy($"The silo is {silos.CurrentStatus.ToString().ToLowerInvariant()}, not active."));
}
