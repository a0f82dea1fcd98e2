using Continuity.Support;

namespace Continuity.Grains.Tests.Stores;

/// <summary>The one PostgreSQL server of a test run; each class of tests has a database of its own in it.</summary>
public sealed class Postgres : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await PostgresServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<Postgres>
{
    public const string Name = "PostgreSQL";
}
