using System.Collections.Immutable;

using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;
using Continuity.Simulator;

using Orleans.TestingHost;

namespace Continuity.Grains.Tests.Gpu;

/// <summary>Three silos, each with a GPU beside it: queues live where their GPUs are, and elsewhere when that silo dies.</summary>
public sealed class PlacementTests : IAsyncLifetime
{
    private const int Silos = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _data = Directory.CreateTempSubdirectory("continuity-placement-").FullName;
    private readonly ImmutableArray<SimulatedComfy>.Builder _gpus = ImmutableArray.CreateBuilder<SimulatedComfy>();
    private InProcessTestCluster _cluster = null!;

    private IGpuPoolGrain Pool => _cluster.Client.GetGrain<IGpuPoolGrain>(IGpuPoolGrain.Default);

    public async Task InitializeAsync()
    {
        _gpus.AddRange(await Farm.SimulateAsync(Silos));
        var builder = new InProcessTestClusterBuilder(Silos);
        var beside = new Dictionary<string, SimulatedComfy>();
        builder.ConfigureSilo((options, silo) =>
        {
            // A silo that takes the place of the one that died has its GPU.
            lock (beside)
            {
                beside.TryAdd(options.SiloName, _gpus[beside.Count < Silos ? beside.Count : Silos - 1]);
            }

            silo.UseContinuity(settings =>
            {
                settings.DataDirectory = _data;
                settings.ProbeInterval = TimeSpan.FromMilliseconds(200);
                settings.SweepInterval = TimeSpan.FromMilliseconds(500);
                settings.Gpus.Add(Farm.Register(beside[options.SiloName]) with { Name = options.SiloName });
            });
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        foreach (var gpu in _gpus)
        {
            await gpu.DisposeAsync();
        }

        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task AQueueLivesBesideItsGpuMovesWhenThatSiloDiesAndGoesOn()
    {
        var placed = await UntilAsync(gpus => gpus.Length == Silos && gpus.All(IsAtHome));
        Assert.All(placed, gpu => Assert.Equal((GpuOrigin.Configured, gpu.Silo), (gpu.Registration.Origin, gpu.Registration.Owner)));

        // Not the first: the test cluster's membership lives there.
        var victim = _cluster.Silos[^1];
        await _cluster.KillSiloAsync(victim);
        var moved = await UntilAsync(gpus => gpus.Length == Silos && gpus.All(gpu => gpu.Registration.Name == victim.Name
            ? gpu.Silo.Length > 0 && gpu.Silo != victim.Name && gpu.Status.Health == GpuHealth.Healthy
            : IsAtHome(gpu)));

        // The orphaned GPU still works: only it gets the work.
        var orphan = _gpus.Single(gpu => Farm.Register(gpu).Id == placed.Single(view => view.Silo == victim.Name).Registration.Id);
        foreach (var view in moved.Where(view => view.Registration.Name != victim.Name))
        {
            await Pool.SetModeAsync(view.Registration.Id, GpuMode.Paused);
        }

        var definition = Pipes.Of(Pipes.Keyframe("k1"));
        var pipeline = _cluster.Client.GetGrain<IPipelineGrain>(definition.Id.Value);
        Assert.IsType<SubmitResult.Accepted>(await pipeline.SubmitAsync(definition));
        using var timeout = new CancellationTokenSource(Patience);
        await foreach (var update in pipeline.WatchAsync(0, timeout.Token))
        {
            if (update.IsFinal)
            {
                break;
            }
        }

        var end = (await pipeline.GetAsync())!;
        Assert.True(end.Summary.Status == PipelineStatus.Completed, Farm.Describe(end));
        Assert.Equal(1, orphan.Statistics.Succeeded);

        // The machine is back, with another silo: the queue goes home once the GPU has nothing to do.
        var heir = await _cluster.StartAdditionalSiloAsync();
        await UntilAsync(gpus => gpus.Single(gpu => gpu.Registration.Id == Farm.Register(orphan).Id) is { Status.Health: GpuHealth.Healthy } view && view.Silo == heir.Name);
    }

    // Each GPU is named after the silo whose configuration names it.
    private static bool IsAtHome(GpuView gpu) => gpu.Silo == gpu.Registration.Name && gpu.Status.Health == GpuHealth.Healthy;

    private async Task<ImmutableArray<GpuView>> UntilAsync(Func<ImmutableArray<GpuView>, bool> expected)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        ImmutableArray<GpuView> gpus = [];
        while (true)
        {
            try
            {
                gpus = await Pool.GetGpusAsync();
                if (expected(gpus))
                {
                    return gpus;
                }
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException)
            {
                // The pool moves too when its silo was the one that died.
            }

            try
            {
                await timer.WaitForNextTickAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Not as expected after {Patience}: {string.Join("; ", gpus)}");
            }
        }
    }
}
