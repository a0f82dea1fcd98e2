using System.Net;

using Continuity.Chaos.Processes;
using Continuity.Client;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Support;

namespace Continuity.Bench.Scale;

/// <summary>A farm to be loaded: silos in processes of their own, many simulated GPUs in one, and the store, all on this machine.</summary>
internal sealed class ScaleFarm : IAsyncDisposable
{
    private readonly List<SiloProcess> _silos = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("continuity-scale-").FullName;
    private GpuRack _rack = null!;

    private ScaleFarm()
    {
    }

    public ContinuityClient Client { get; private set; } = null!;

    /// <summary>The database of a cluster; <see langword="null"/> for a silo alone on SQLite.</summary>
    public PostgresServer? Database { get; private set; }

    public string? ConnectionString { get; private set; }

    public string DataFolder => Path.Combine(_folder, "data");

    /// <summary>Starts one. Every GPU is healthy when this returns.</summary>
    public static async Task<ScaleFarm> StartAsync(int silos, int gpus, bool postgres)
    {
        var farm = new ScaleFarm();
        try
        {
            await farm.BuildAsync(silos, gpus, postgres);
            return farm;
        }
        catch
        {
            await farm.DisposeAsync();
            throw;
        }
    }

    /// <summary>The processor time and memory of its parts so far.</summary>
    public Usage Used()
    {
        var silos = _silos.Aggregate(TimeSpan.Zero, (sum, silo) => sum + silo.Program.ProcessorTime);
        return new Usage(silos, Database?.CpuTime ?? TimeSpan.Zero, _rack.Program.ProcessorTime, _silos.Max(silo => PeakOf(silo.Program.Id)));
    }

    /// <summary>Submits pipelines, so many at a time, and waits for all of them.</summary>
    public async Task RunAsync(IEnumerable<PipelineDefinition> definitions, int atATime)
    {
        await Parallel.ForEachAsync(definitions, new ParallelOptions { MaxDegreeOfParallelism = atATime }, async (definition, token) =>
        {
            var accepted = await Client.SubmitAsync(definition, token);
            await foreach (var update in Client.WatchAsync(definition.Id, accepted.Version, token))
            {
                if (update.IsFinal && update.Summary.Status != PipelineStatus.Completed)
                {
                    throw new InvalidOperationException($"The pipeline {definition.Name} is {update.Summary.Status}: {update.Summary.Counts}.");
                }
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (Client is not null)
        {
            await Client.DisposeAsync();
        }

        await Task.WhenAll(_silos.Select(silo => silo.DisposeAsync().AsTask()));
        if (_rack is not null)
        {
            await _rack.DisposeAsync();
        }

        if (Database is not null)
        {
            await Database.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task BuildAsync(int silos, int gpus, bool postgres)
    {
        if (postgres)
        {
            Database = await PostgresServer.StartAsync();
            ConnectionString = await Database.CreateDatabaseAsync();
        }

        _rack = await GpuRack.StartAsync(Path.Combine(_folder, "gpus"), gpus, "--tiny-media");
        var ports = FreePorts.Find(3 * silos, IPAddress.Loopback);
        for (var i = 0; i < silos; i++)
        {
            _silos.Add(SiloProcess.Launch(new SiloPlan($"silo{i + 1}", Path.Combine(_folder, $"silo{i + 1}"), DataFolder)
            {
                Cluster = ConnectionString,
                Ports = (ports[3 * i], ports[(3 * i) + 1], ports[(3 * i) + 2]),
                Gpus = [.. _rack.Addresses.Where((_, gpu) => gpu % silos == i)],
            }));
        }

        await Task.WhenAll(_silos.Select(silo => silo.ServesAsync()));
        var options = new ContinuityClientOptions { Cluster = ConnectionString };
        if (ConnectionString is null)
        {
            options.Gateways.Add(_silos[0].Gateway);
        }

        Client = await ContinuityClient.ConnectAsync(options);
        await Patience.UntilAsync(() => Client.GetGpusAsync(), found => found.Count(gpu => gpu.Status.Health == GpuHealth.Healthy) == gpus, found => $"{found.Length} GPUs");
    }

    private static long PeakOf(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
}

/// <summary>What the parts of a farm have used.</summary>
/// <param name="Silos">Processor time of all silos.</param>
/// <param name="Database">Processor time of PostgreSQL.</param>
/// <param name="Gpus">Processor time of the simulated GPUs.</param>
/// <param name="PeakBytes">The most memory that a silo ever had.</param>
internal sealed record Usage(TimeSpan Silos, TimeSpan Database, TimeSpan Gpus, long PeakBytes)
{
    public Usage Since(Usage before) => this with { Silos = Silos - before.Silos, Database = Database - before.Database, Gpus = Gpus - before.Gpus };
}
