using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

using Continuity.Client;
using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Profiles;
using Continuity.ComfyUI.Workflows;
using Continuity.Engine.Exports;
using Continuity.Engine.Projects;
using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Continuity.Bench;

internal sealed record Measurement(int Shots, int Tasks, double Seconds, double MillisecondsPerTask, double StoreBytesPerTask, double BareMillisecondsPerTask);

/// <summary>One export of a generated project.</summary>
internal static class ExportRun
{
    private const int Gpus = 2;
    private const int ShotsPerScene = 25;

    public static async Task<Measurement> MeasureAsync(int shots)
    {
        var data = Directory.CreateTempSubdirectory("continuity-bench-");
        var simulators = await Task.WhenAll(Enumerable.Range(0, Gpus).Select(i => SimulatorProcess.StartAsync(Path.Combine(data.FullName, $"gpu{i}"))));
        try
        {
            using var host = BuildHost(data.FullName, simulators);
            await host.StartAsync();
            var client = new ContinuityClient(host.Services.GetRequiredService<IGrainFactory>());
            var definition = Definition(shots);
            var before = WrittenBytes();
            var clock = Stopwatch.StartNew();
            await client.SubmitAsync(definition);
            var end = await client.WaitAsync(definition.Id);
            clock.Stop();
            var written = WrittenBytes() - before;
            if (end.Summary.Status != PipelineStatus.Completed)
            {
                throw new InvalidOperationException($"The export of {shots} shots is {end.Summary.Status}: {end.Summary.Counts}.");
            }

            var connections = host.Services.GetRequiredService<IComfyConnections>();
            var bare = await BareQueue.MeasureAsync(definition, [.. simulators.Select(simulator => connections.Get(simulator.Address))]);
            await host.StopAsync();
            var tasks = definition.Tasks.Length;
            return new Measurement(
                shots,
                tasks,
                Math.Round(clock.Elapsed.TotalSeconds, 2),
                Math.Round(clock.Elapsed.TotalMilliseconds / tasks, 3),
                Math.Round((double)written / tasks),
                Math.Round(bare.TotalMilliseconds / tasks, 3));
        }
        finally
        {
            foreach (var simulator in simulators)
            {
                await simulator.DisposeAsync();
            }

            data.Delete(recursive: true);
        }
    }

    private static IHost BuildHost(string data, IEnumerable<SimulatorProcess> simulators)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(SimulatorProcess.FreePort(), SimulatorProcess.FreePort());
            silo.UseContinuity(options =>
            {
                options.DataDirectory = data;
                foreach (var simulator in simulators)
                {
                    options.Gpus.Add(new GpuRegistration(GpuId.FromAddress(simulator.Address), simulator.Address, simulator.Address.Authority));
                }
            });
        });
        return builder.Build();
    }

    // All that this process hands to write calls: store, journal of the store, artifacts. The simulators write in processes of their own.
    private static long WrittenBytes() => long.Parse(
        File.ReadLines("/proc/self/io").First(line => line.StartsWith("wchar:", StringComparison.Ordinal)).AsSpan(7),
        CultureInfo.InvariantCulture);

    private static PipelineDefinition Definition(int shots)
    {
        var scenes = Enumerable.Range(0, (shots + ShotsPerScene - 1) / ShotsPerScene).Select(scene => new JsonObject
        {
            ["id"] = $"scene{scene}",
            ["title"] = $"Scene {scene}",
            ["timeline"] = new JsonObject
            {
                ["shots"] = new JsonArray([.. Enumerable.Range(0, Math.Min(ShotsPerScene, shots - (scene * ShotsPerScene))).Select(shot => new JsonObject
                {
                    ["id"] = $"shot{scene}x{shot}",
                    ["description"] = $"Shot {shot} of scene {scene}: waves below a lighthouse",
                })]),
            },
        });
        var json = new JsonObject { ["version"] = 1, ["scenes"] = new JsonArray([.. scenes]) };
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()));
        var read = (ProjectReadResult.Read)ProjectReader.ReadAsync(stream, new HashingMediaSink(), CancellationToken.None).GetAwaiter().GetResult();
        var library = ProfileLibrary.Load([ProfileLibrary.ShippedDirectory]);
        var options = new ExportOptions { Upscale = true, Interpolate = true, Film = false };
        var created = (ExportResult.Created)ExportFactory.Create(read.Project, options, library.All.ToImmutableDictionary(profile => profile.Id, StringComparer.Ordinal));

        // The films of scenes are CPU work of another kind and size; here it is the cost of the farm that counts.
        return created.Definition with { Tasks = [.. created.Definition.Tasks.Where(task => task.Kind != Continuity.Tasks.TaskKind.ExportTimeline)] };
    }
}
