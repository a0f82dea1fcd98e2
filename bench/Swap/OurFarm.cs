using System.Net;

using Continuity.Chaos.Processes;
using Continuity.Client;
using Continuity.ComfyUI.Client;
using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Continuity.Bench.Swap;

/// <summary>This project with its store, a silo of its own and the SDK; either on a fresh store each time, or one that knows what runs and loads take.</summary>
internal sealed class OurFarm(IReadOnlyList<IComfyClient> gpus, bool isFresh) : IDispatcher
{
    private readonly ContinuityClientOptions _options = new();
    private IHost? _host;
    private DirectoryInfo? _data;
    private ContinuityClient _client = null!;

    public async Task PrepareAsync()
    {
        if (isFresh)
        {
            // It is not told what the GPUs hold.
            await DisposeAsync();
            await new PlainDispatcher(gpus, hasAffinity: false).PrepareAsync();
            await StartAsync();
        }
        else if (_host is null)
        {
            await StartAsync();
            await OnEachGpuAsync("AABBCCA");
        }
        else
        {
            await OnEachGpuAsync($"{Workload.Loaded}");
        }
    }

    public async Task RunAsync(string models)
    {
        var definition = Workload.Pipeline(models);
        await _client.SubmitAsync(definition);
        var end = await _client.WaitAsync(definition.Id);
        if (end.Summary.Status != PipelineStatus.Completed)
        {
            throw new InvalidOperationException($"The pipeline is {end.Summary.Status}: {end.Summary.Counts}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _client.DisposeAsync();
            await _host.StopAsync();
            _host.Dispose();
            _host = null;
        }

        _data?.Delete(recursive: true);
        _data = null;
    }

    private async Task StartAsync()
    {
        _data = Directory.CreateTempSubdirectory("continuity-swap-farm-");
        var ports = FreePorts.Find(2, IPAddress.Loopback);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(ports[0], ports[1]);
            silo.UseContinuity(options =>
            {
                options.DataDirectory = _data.FullName;
                foreach (var gpu in gpus)
                {
                    options.Gpus.Add(new GpuRegistration(GpuId.FromAddress(gpu.Address), gpu.Address, gpu.Address.Authority));
                }
            });
        });
        _host = builder.Build();
        await _host.StartAsync();
        _client = new ContinuityClient(_host.Services.GetRequiredService<IGrainFactory>(), _options);
        await ReadyAsync();
    }

    // The GPUs are looked at, and nothing stands in their queues.
    private async Task ReadyAsync() => await Patience.UntilAsync(
        () => _client.GetGpusAsync(),
        found => found.Length == gpus.Count && found.All(gpu => gpu.Status is { Health: GpuHealth.Healthy, SlotsUsed: 0 } && gpu.VramTotal > 0),
        found => string.Join(", ", found.Select(gpu => $"{gpu.Registration.Id} is {gpu.Status.Health}")));

    private async Task OnEachGpuAsync(string models)
    {
        foreach (var gpu in gpus)
        {
            foreach (var other in gpus.Where(other => other != gpu))
            {
                await _client.PauseGpuAsync(GpuId.FromAddress(other.Address));
            }

            foreach (var model in models)
            {
                await RunAsync($"{model}");
            }

            foreach (var other in gpus.Where(other => other != gpu))
            {
                await _client.ResumeGpuAsync(GpuId.FromAddress(other.Address));
            }
        }

        await ReadyAsync();
    }
}
