using System.Collections.Immutable;

using Continuity.Artifacts;
using Continuity.ComfyUI.Client;
using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;
using Continuity.Simulator;

using Microsoft.Extensions.DependencyInjection;

using Orleans.TestingHost;

namespace Continuity.Grains.Tests;

/// <summary>An in-process silo on SQLite in a temporary folder, with simulated GPUs over real HTTP and WebSocket.</summary>
internal sealed class Farm : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly InProcessTestCluster _cluster;

    private Farm(InProcessTestCluster cluster, IReadOnlyList<SimulatedComfy> gpus, string data)
    {
        _cluster = cluster;
        Gpus = gpus;
        Data = data;
    }

    public IReadOnlyList<SimulatedComfy> Gpus { get; }

    public string Data { get; }

    public IGrainFactory Grains => _cluster.Client;

    public IServiceProvider Services => _cluster.GetSiloServiceProvider();

    public IGpuPoolGrain Pool => Grains.GetGrain<IGpuPoolGrain>(IGpuPoolGrain.Default);

    public static async Task<Farm> StartAsync(
        int gpus = 1,
        Action<SimulatorOptions>? simulator = null,
        Action<ContinuityOptions>? options = null,
        string? data = null,
        IReadOnlyList<SimulatedComfy>? existing = null,
        Action<ComfyClientOptions>? comfyClient = null,
        Action<ISiloBuilder>? silo = null)
    {
        data ??= Directory.CreateTempSubdirectory("continuity-test-").FullName;
        var instances = existing ?? await SimulateAsync(gpus, simulator);
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, host) =>
        {
            host.UseContinuity(settings =>
            {
                settings.DataDirectory = data;
                settings.ProbeInterval = TimeSpan.FromMilliseconds(200);
                settings.SweepInterval = TimeSpan.FromMilliseconds(500);
                settings.TicketRefresh = TimeSpan.FromSeconds(2);
                foreach (var gpu in instances)
                {
                    settings.Gpus.Add(Register(gpu));
                }

                options?.Invoke(settings);
            });
            host.Services.Configure<ComfyClientOptions>(comfy =>
            {
                comfy.OutagePatience = TimeSpan.FromSeconds(1);
                comfy.ConnectTimeout = TimeSpan.FromSeconds(1);
                comfyClient?.Invoke(comfy);
            });
            silo?.Invoke(host);
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new Farm(cluster, instances, data);
    }

    public static async Task<IReadOnlyList<SimulatedComfy>> SimulateAsync(int gpus, Action<SimulatorOptions>? configure = null)
    {
        var instances = new List<SimulatedComfy>();
        for (var i = 0; i < gpus; i++)
        {
            var options = new SimulatorOptions { Name = $"gpu-{i}", TinyMedia = true };
            configure?.Invoke(options);
            instances.Add(await SimulatedComfy.StartAsync(options));
        }

        return instances;
    }

    public static GpuRegistration Register(SimulatedComfy gpu) => new(GpuId.FromAddress(gpu.BaseAddress), gpu.BaseAddress, gpu.BaseAddress.Authority);

    /// <summary>Makes a GPU known that no configuration names.</summary>
    public Task BringAsync(SimulatedComfy gpu) => Pool.AdvertiseAsync(GpuOrigin.Session, "test", [Register(gpu)]);

    public IPipelineGrain Pipeline(PipelineDefinition definition) => Grains.GetGrain<IPipelineGrain>(definition.Id.Value);

    public async Task<IPipelineGrain> SubmitAsync(PipelineDefinition definition)
    {
        var pipeline = Pipeline(definition);
        Assert.IsType<SubmitResult.Accepted>(await pipeline.SubmitAsync(definition));
        return pipeline;
    }

    public async Task<PipelineSnapshot> RunAsync(PipelineDefinition definition)
    {
        await SubmitAsync(definition);
        return await EndOfAsync(definition);
    }

    public Task<PipelineSnapshot> EndOfAsync(PipelineDefinition definition) => UntilAsync(definition, snapshot => snapshot.Summary.Status.IsFinal());

    /// <summary>Follows a pipeline until it is as expected; says how it was when that does not come.</summary>
    public async Task<PipelineSnapshot> UntilAsync(PipelineDefinition definition, Func<PipelineSnapshot, bool> expected)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var pipeline = Pipeline(definition);
        PipelineSnapshot? last = null;
        try
        {
            while (true)
            {
                await foreach (var update in pipeline.WatchAsync(0, timeout.Token))
                {
                    last = (await pipeline.GetAsync())!;
                    if (expected(last))
                    {
                        return last;
                    }
                }

                // The pipeline ended, or its activation did: what is recorded now decides.
                last = (await pipeline.GetAsync())!;
                if (expected(last) || last.Summary.Status.IsFinal())
                {
                    Assert.True(expected(last), Describe(last));
                    return last;
                }
            }
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"Not as expected after {Patience}. {Describe(last)}", exception);
        }
    }

    /// <summary>Waits until the fleet is as expected; says how it was when that does not come.</summary>
    public async Task<ImmutableArray<GpuView>> GpusAsync(Func<ImmutableArray<GpuView>, bool> expected)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var gpus = await Pool.GetGpusAsync();
        try
        {
            while (!expected(gpus))
            {
                await timer.WaitForNextTickAsync(timeout.Token);
                gpus = await Pool.GetGpusAsync();
            }

            return gpus;
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"The fleet is not as expected after {Patience}: {string.Join("; ", gpus)}", exception);
        }
    }

    public int Executions() => Gpus.Sum(gpu => gpu.Statistics.Executions.Values.Sum());

    public async Task<byte[]> ReadAsync(ArtifactRef artifact) =>
        (await Grains.GetGrain<IArtifactGrain>("reader").ReadAsync(artifact, 0, (int)artifact.Size))!;

    /// <summary>Ends the silo, leaving the GPUs and the data for another one.</summary>
    public async Task StopSiloAsync(bool kill)
    {
        if (kill)
        {
            await _cluster.KillSiloAsync(_cluster.Silos[0]);
        }

        await _cluster.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        foreach (var gpu in Gpus)
        {
            await gpu.DisposeAsync();
        }

        Directory.Delete(Data, recursive: true);
    }

    public static string Describe(PipelineSnapshot? snapshot) => snapshot is null
        ? "Nothing was seen of it."
        : $"{snapshot.Summary.Id} is {snapshot.Summary.Status} at version {snapshot.Summary.Version}:\n" + string.Join(
            "\n",
            snapshot.Tasks.Select(task => $"  {task.Definition.Id}: {task.Row.State} attempts={task.Row.Attempts} retries={task.Row.Retries} {task.Live} {task.WaitingFor} {task.Row.Fault}"));
}
