using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;

namespace Continuity.Grains.Stores.Postgres;

/// <summary>Puts what silos share into one PostgreSQL database.</summary>
public static class PostgresExtensions
{
    // The name under which ADO.NET knows Npgsql.
    private const string Invariant = "Npgsql";

    // Orleans' own storage, behind ours.
    private const string Inner = "continuity-postgres";

    /// <summary>
    /// Adds the pipeline store, grain storage (<c>Default</c> and <c>PubSubStore</c>), reminders and clustering. <see cref="PostgresSchema.ApplyAsync(string, TimeSpan?, TimeProvider?, CancellationToken)"/>
    /// must have been awaited before the silo starts. The caller sets the cluster's id, the service's id and the endpoints.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="connectionString">The database.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder AddPostgres(this ISiloBuilder silo, string connectionString)
    {
        var services = silo.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => new PostgresDatabase(connectionString));
        services.AddSingleton(provider => new PostgresPipelineStore(provider.GetRequiredService<PostgresDatabase>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IPipelineStore>(provider => provider.GetRequiredService<PostgresPipelineStore>());

        silo.UseAdoNetClustering(options => options.Configure<PostgresDatabase>(
            (settings, database) => (settings.Invariant, settings.DataSource) = (Invariant, database.Reads)));
        silo.UseAdoNetReminderService(options => options.Configure<PostgresDatabase>(
            (settings, database) => (settings.Invariant, settings.DataSource) = (Invariant, database.Reads)));
        silo.AddAdoNetGrainStorage(Inner, options => options.Configure<PostgresDatabase>((settings, database) =>
        {
            (settings.Invariant, settings.DataSource) = (Invariant, database.Reads);
            settings.GrainStorageSerializer = new SnapshotGrainStorage.Bytes();
        }));
        AddGrainStorage(services, "Default");
        AddGrainStorage(services, "PubSubStore");
        services.AddSingleton(provider => provider.GetRequiredKeyedService<IGrainStorage>("Default"));
        return silo;
    }

    private static void AddGrainStorage(IServiceCollection services, string name) => services.AddKeyedSingleton<IGrainStorage>(
        name,
        (provider, _) => new SnapshotGrainStorage(
            provider.GetRequiredKeyedService<IGrainStorage>(Inner),
            new OrleansGrainStorageSerializer(provider.GetRequiredService<Serializer>()),
            provider.GetRequiredService<PostgresDatabase>().Name));
}
