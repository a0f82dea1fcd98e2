using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Continuity.Silo.Health;

/// <summary>
/// <c>/health/live</c>: this process works, or must be restarted. <c>/health/ready</c>: this silo can take work: it is a member of its cluster and can write.
/// </summary>
internal static class HealthExtensions
{
    private const string Live = "live";
    private const string Ready = "ready";

    // What watches a silo asks every few seconds and waits about as long: no answer is worse than a bad one.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static void AddHealth(this IServiceCollection services)
    {
        services.AddSingleton<WriteProbe>();
        services.AddHealthChecks()
            .AddCheck<SchedulerCheck>("grains", tags: [Live], timeout: Patience)
            .AddCheck<MembershipCheck>("membership", tags: [Ready], timeout: Patience)
            .AddCheck<StoreCheck>("store", tags: [Ready], timeout: Patience)
            .AddCheck<ArtifactCheck>("artifacts", tags: [Ready], timeout: Patience);
    }

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", OptionsFor(Live));
        app.MapHealthChecks("/health/ready", OptionsFor(Ready));
    }

    private static HealthCheckOptions OptionsFor(string tag) => new() { Predicate = check => check.Tags.Contains(tag), ResponseWriter = WriteAsync };

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            status = Word(report.Status),
            checks = report.Entries.ToDictionary(entry => entry.Key, entry => new { status = Word(entry.Value.Status), text = entry.Value.Description ?? entry.Value.Exception?.Message }),
        }));
    }

    private static string Word(HealthStatus status) => status.ToString().ToLowerInvariant();
}
