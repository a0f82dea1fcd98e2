using System.Collections.Immutable;
using System.Text.Json;

using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Simulator;

namespace Continuity.Cli.Hosting;

/// <summary>
/// ComfyUI servers without a GPU, inside this process. They take the same ports and folders whenever the data directory is used again: to a resumed pipeline
/// they are the old servers after a restart.
/// </summary>
internal sealed class SimulatedGpus : IAsyncDisposable
{
    // Slow enough to be watched, fast enough for a demonstration: 20 steps take 1.6 s, a model 1 s, 81 frames 1.2 s.
    private static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan ModelLoadTime = TimeSpan.FromSeconds(1);

    private readonly ImmutableArray<SimulatedComfy> _servers;

    private SimulatedGpus(ImmutableArray<SimulatedComfy> servers)
    {
        _servers = servers;
        Gpus = [.. servers.Select((server, index) => new GpuRegistration(GpuId.FromAddress(server.BaseAddress), server.BaseAddress, $"simulated {index + 1}"))];
    }

    public ImmutableArray<GpuRegistration> Gpus { get; }

    public static async Task<SimulatedGpus> StartAsync(DataDirectory data, int count, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(data.FullPath);
        var ports = Ports(data);
        var servers = ImmutableArray.CreateBuilder<SimulatedComfy>(count);
        try
        {
            for (var index = 0; index < count; index++)
            {
                var port = index < ports.Length && FreePorts.IsFree(ports[index]) ? ports[index] : 0;
                servers.Add(await SimulatedComfy.StartAsync(Options(data, index, port), cancellationToken));
            }
        }
        catch
        {
            await new SimulatedGpus(servers.ToImmutable()).DisposeAsync();
            throw;
        }

        // Ports beyond those in use now stay remembered: a later run may want more servers.
        ImmutableArray<int> used = [.. servers.Select(server => server.BaseAddress.Port)];
        await File.WriteAllBytesAsync(data.SimulatorsPath, JsonSerializer.SerializeToUtf8Bytes(used.AddRange(ports.Skip(count))), CancellationToken.None);
        return new SimulatedGpus(servers.ToImmutable());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    private static SimulatorOptions Options(DataDirectory data, int index, int port) => new()
    {
        Port = port,
        DataDirectory = Path.Combine(data.FullPath, "simulators", $"{index + 1}"),
        Name = $"simulated {index + 1}",
        Seed = index + 1,
        StepTime = StepTime,
        FrameTime = FrameTime,
        ModelLoadTime = ModelLoadTime,
    };

    private static int[] Ports(DataDirectory data)
    {
        try
        {
            return JsonSerializer.Deserialize<int[]>(File.ReadAllBytes(data.SimulatorsPath)) ?? [];
        }
        catch (Exception error) when (error is IOException or JsonException) // none yet, or the broken file of a killed process
        {
            return [];
        }
    }
}
