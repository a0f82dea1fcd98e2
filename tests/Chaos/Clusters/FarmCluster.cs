using System.Net;

using Continuity.Chaos.Checks;
using Continuity.Chaos.Disks;
using Continuity.Chaos.Networks;
using Continuity.Chaos.Processes;
using Continuity.Client;
using Continuity.Gpu;
using Continuity.Support;

namespace Continuity.Chaos.Clusters;

/// <summary>
/// A whole cluster in processes of its own: PostgreSQL, silos, simulated GPUs; and the means to hurt each of them. It can be brought back to health and used
/// again. All of it goes at the end.
/// </summary>
public sealed class FarmCluster : IAsyncDisposable
{
    private const int ArtifactMegabytes = 48;
    private const int DatabaseMegabytes = 256;

    private static readonly TimeSpan Health = TimeSpan.FromSeconds(15);

    private readonly List<IAsyncDisposable> _parts = [];
    private readonly List<(NetworkPlace From, IPAddress To)> _cuts = [];
    private readonly List<NetworkPlace> _places = [];
    private readonly List<SiloProcess> _silos = [];
    private readonly List<GpuProcess> _gpus = [];
    private ClusterConnection? _connection;

    private FarmCluster(FarmPlan plan, string folder) => (Plan, Folder) = (plan, folder);

    /// <summary>What it consists of.</summary>
    public FarmPlan Plan { get; }

    /// <summary>All files are in here.</summary>
    public string Folder { get; }

    /// <summary>The silos.</summary>
    public IReadOnlyList<SiloProcess> Silos => _silos;

    /// <summary>The GPUs.</summary>
    public IReadOnlyList<GpuProcess> Gpus => _gpus;

    /// <summary>The database.</summary>
    public PostgresServer Database { get; private set; } = null!;

    /// <summary>The connection string of the cluster's database.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>The network in which silos can be cut off; <see langword="null"/> where there is none.</summary>
    public TestNetwork? Network { get; private set; }

    /// <summary>Why there is none.</summary>
    public string NetworkProblem { get; private set; } = "not asked for";

    /// <summary>The disk of the artifacts, where it is a small one.</summary>
    public SmallDisk? ArtifactDisk { get; private set; }

    /// <summary>The disk of the database, where it is a small one.</summary>
    public SmallDisk? DatabaseDisk { get; private set; }

    /// <summary>Why there are no small disks.</summary>
    public string DiskProblem { get; private set; } = "not asked for";

    /// <summary>A client that stays connected all the time.</summary>
    public ContinuityClient Client { get; private set; } = null!;

    /// <summary>The shared files.</summary>
    public ArtifactFolder Artifacts => new(Path.Combine(Data, "artifacts"));

    /// <summary>The record.</summary>
    public StoreReader Store => new(ConnectionString);

    /// <summary>What the silos believe of each other.</summary>
    public MembershipTable Members => new(ConnectionString);

    private string Data => ArtifactDisk?.Path ?? Path.Combine(Folder, "data");

    /// <summary>Starts a cluster. It is healthy when this returns.</summary>
    public static async Task<FarmCluster> StartAsync(FarmPlan plan)
    {
        var farm = new FarmCluster(plan, Directory.CreateTempSubdirectory("continuity-chaos-").FullName);
        try
        {
            await farm.BuildAsync();
            return farm;
        }
        catch
        {
            await farm.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connects another client.</summary>
    public Task<ContinuityClient> ConnectAsync() => ContinuityClient.ConnectAsync(ClientOptions());

    /// <summary>Asks where grains live.</summary>
    public async Task<Placement> PlacementAsync()
    {
        _connection ??= await ClusterConnection.OpenAsync(ClientOptions(), CancellationToken.None);
        return await Placement.AskAsync(_connection);
    }

    /// <summary>What a silo sends to another, and the other to it, is lost from now on.</summary>
    public async Task CutAsync(SiloProcess silo, SiloProcess other)
    {
        await CutAsync(PlaceOf(silo), other.Address);
        await CutAsync(PlaceOf(other), silo.Address);
    }

    /// <summary>What a silo sends to the database is lost from now on.</summary>
    public Task CutFromDatabaseAsync(SiloProcess silo) => CutAsync(PlaceOf(silo), IPAddress.Parse(Database.Host));

    /// <summary>What a silo sends to a GPU is lost from now on.</summary>
    public Task CutAsync(SiloProcess silo, GpuProcess gpu) => CutAsync(PlaceOf(silo), IPAddress.Parse(gpu.Address.Host));

    /// <summary>Ends every cut.</summary>
    public async Task MendAsync()
    {
        foreach (var (from, to) in _cuts)
        {
            await Network!.MendAsync(from, to);
        }

        _cuts.Clear();
    }

    /// <summary>Brings everything back: what was killed runs again, what was filled is empty, what was cut is mended; and waits until all of it works.</summary>
    public async Task RestoreAsync()
    {
        await MendAsync();
        ArtifactDisk?.Empty();
        DatabaseDisk?.Empty();
        await EnsureDatabaseAsync();
        foreach (var gpu in _gpus)
        {
            await gpu.RestoreAsync();
        }

        foreach (var silo in _silos.Where(silo => silo.IsRunning))
        {
            await silo.ThawAsync();
            if (silo.IsChanged)
            {
                await silo.KillAsync();
            }
        }

        await RestartDeadAsync();
        if (!await IsHealthyAsync())
        {
            // A breaker stays open for a while, and a quarantine lasts until it is tried: the memory of it goes with the silos.
            await Task.WhenAll(_silos.Select(silo => silo.KillAsync()));
            await RestartDeadAsync();
            if (!await IsHealthyAsync())
            {
                throw new ChaosException($"The cluster does not become healthy any more.\n{await DescribeAsync()}");
            }
        }
    }

    /// <summary>Starts the database where it does not run.</summary>
    public async Task EnsureDatabaseAsync()
    {
        if (!Database.IsRunning)
        {
            await Database.StartAgainAsync();
        }
    }

    /// <summary>Starts every silo whose process has ended.</summary>
    public async Task RestartDeadAsync()
    {
        var dead = _silos.Where(silo => !silo.IsRunning).ToList();
        await Task.WhenAll(dead.Select(silo => silo.RelaunchAsync()));
        await Task.WhenAll(dead.Select(silo => silo.ServesAsync()));
    }

    /// <summary>Everything that its processes said last.</summary>
    public async Task<string> DescribeAsync()
    {
        var gpus = "";
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), TimeProvider.System);
            gpus = string.Join('\n', await Client.GetGpusAsync(patience.Token));
        }
        catch (Exception exception)
        {
            // The description of a broken cluster: that it does not answer belongs to it.
            gpus = exception.Message;
        }

        return $"{Folder}\n{gpus}\n{string.Join('\n', _gpus.Select(gpu => gpu.Program.Tail))}\n{string.Join('\n', _silos.Select(silo => silo.Program.Tail))}";
    }

    public async ValueTask DisposeAsync()
    {
        if (Client is not null)
        {
            await Client.DisposeAsync();
        }

        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        await Task.WhenAll(_silos.Select(silo => silo.DisposeAsync().AsTask()));
        await Task.WhenAll(_gpus.Select(gpu => gpu.DisposeAsync().AsTask()));
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        if (Environment.GetEnvironmentVariable("CONTINUITY_KEEP") is not { Length: > 0 })
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private async Task BuildAsync()
    {
        if (Plan.Network)
        {
            (Network, NetworkProblem) = await TestNetwork.TryCreateAsync();
            Keep(Network);
        }

        if (Plan.SmallDisks)
        {
            (ArtifactDisk, DiskProblem) = await SmallDisk.TryMountAsync(ArtifactMegabytes);
            Keep(ArtifactDisk);
            if (ArtifactDisk is not null)
            {
                (DatabaseDisk, DiskProblem) = await SmallDisk.TryMountAsync(DatabaseMegabytes);
                Keep(DatabaseDisk);
            }
        }

        Database = await PostgresServer.StartAsync(new PostgresServerOptions
        {
            ListenAddresses = [$"{await HostAddressAsync(2)}"],
            Folder = DatabaseDisk?.Path,
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["min_wal_size"] = "32MB", ["max_wal_size"] = "64MB", ["shared_buffers"] = "32MB" },
        });
        Keep(Database);
        ConnectionString = await Database.CreateDatabaseAsync();
        await StartGpusAsync();
        await StartSilosAsync();
        Client = await ConnectAsync();
        if (!await IsHealthyAsync())
        {
            throw new ChaosException($"The cluster does not become healthy.\n{await DescribeAsync()}");
        }
    }

    private async Task StartGpusAsync()
    {
        List<IPAddress> addresses = [];
        for (var i = 0; i < Plan.Gpus; i++)
        {
            addresses.Add(await HostAddressAsync(3 + i));
        }

        _gpus.AddRange(await Task.WhenAll(addresses.Select((address, i) => GpuProcess.StartAsync(Path.Combine(Folder, $"gpu{i + 1}"), Plan.Pace, address, Plan.TinyMedia ? ["--tiny-media"] : []))));
    }

    private async Task StartSilosAsync()
    {
        var ports = FreePorts.Find(3 * Plan.Silos, IPAddress.Loopback);
        for (var i = 0; i < Plan.Silos; i++)
        {
            var name = $"silo{i + 1}";
            var place = Network is null ? null : await Network.AddNamespaceAsync(name, 11 + i);
            if (place is not null)
            {
                _places.Add(place);
            }

            _silos.Add(SiloProcess.Launch(new SiloPlan(name, Path.Combine(Folder, name), Data)
            {
                Cluster = ConnectionString,
                Address = place?.Address ?? IPAddress.Loopback,
                Namespace = place?.Namespace,
                Ports = (ports[3 * i], ports[(3 * i) + 1], ports[(3 * i) + 2]),
                Gpus = [.. _gpus.Where((_, gpu) => gpu % Plan.Silos == i).Select(gpu => gpu.Address)],
            }));
        }

        await Task.WhenAll(_silos.Select(silo => silo.ServesAsync()));
    }

    private async Task<bool> IsHealthyAsync()
    {
        try
        {
            await Patience.UntilAsync(() => Client.GetGpusAsync(), gpus => gpus.Length == _gpus.Count && gpus.All(IsIdle), gpus => string.Join('\n', gpus), Health);
            return true;
        }
        catch (Exception exception) when (exception is TimeoutException or UnavailableException)
        {
            return false;
        }
    }

    private static bool IsIdle(GpuView gpu) => gpu.Status is { Health: GpuHealth.Healthy, SlotsUsed: 0, Slots: > 1 };

    private async Task<IPAddress> HostAddressAsync(int number) => Network is null ? IPAddress.Loopback : await Network.AddHostAddressAsync(number);

    private async Task CutAsync(NetworkPlace from, IPAddress to)
    {
        _cuts.Add((from, to));
        await Network!.CutAsync(from, to);
    }

    private NetworkPlace PlaceOf(SiloProcess silo) => _places.Single(place => place.Address.Equals(silo.Address));

    private ContinuityClientOptions ClientOptions() => new() { Cluster = ConnectionString };

    private void Keep(IAsyncDisposable? part)
    {
        if (part is not null)
        {
            _parts.Add(part);
        }
    }
}
