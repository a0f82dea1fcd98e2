using System.Net;
using System.Text.Json.Nodes;

using Continuity.Chaos.Pipelines;
using Continuity.Chaos.Processes;
using Continuity.Client;
using Continuity.ComfyUI.Workflows;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Bench.Watch;

/// <summary>A silo with simulated GPUs, each sort in a process of its own, and the ways to look on.</summary>
internal sealed class WatchFarm : IAsyncDisposable
{
    public const int Gpus = 4;
    public const double PromptSeconds = 1.5;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    private readonly string _folder = Directory.CreateTempSubdirectory("continuity-watch-").FullName;
    private readonly List<IAsyncDisposable> _parts = [];
    private ContinuityClient _client = null!;
    private GpuRack _rack = null!;
    private int _seed;

    private string Log => Path.Combine(_folder, "messages.txt");

    public static async Task<WatchFarm> StartAsync()
    {
        var farm = new WatchFarm();
        try
        {
            farm._parts.Add(farm._rack = await GpuRack.StartAsync(Path.Combine(farm._folder, "gpus"), Gpus, "--tiny-media", "--messages", farm.Log));
            var ports = FreePorts.Find(3, IPAddress.Loopback);
            var silo = await SiloProcess.StartAsync(new SiloPlan("silo1", Path.Combine(farm._folder, "silo1"), Path.Combine(farm._folder, "data"))
            {
                Ports = (ports[0], ports[1], ports[2]),
                Gpus = farm._rack.Addresses,
            });
            farm._parts.Add(silo);
            farm._parts.Add(farm._client = await ContinuityClient.ConnectAsync(new ContinuityClientOptions { Gateways = { silo.Gateway } }));
            await Patience.UntilAsync(() => farm._client.GetGpusAsync(), gpus => gpus.Count(gpu => gpu.Status.Health == GpuHealth.Healthy) == Gpus, gpus => $"{gpus.Length} GPUs");
            return farm;
        }
        catch
        {
            await farm.DisposeAsync();
            throw;
        }
    }

    /// <summary>Follows a pipeline with the SDK.</summary>
    public Task<Figures> WatchAsync(string way, int watchers, int prompts) => LookOnAsync(way, watchers, prompts, (watcher, id) => watcher.WatchAsync(_client, id));

    /// <summary>Reads a pipeline again and again.</summary>
    public Task<Figures> PollAsync(string way, int watchers, int prompts) => LookOnAsync(way, watchers, prompts, (watcher, id) => watcher.PollAsync(_client, id, PollInterval));

    /// <summary>Puts prompts straight into the queues and listens there: the floor below which no farm can be.</summary>
    public async Task<Figures> ListenAsync(string way, int prompts)
    {
        var definition = Definition(prompts);
        var profile = definition.Profiles.Single();
        var watchers = await Task.WhenAll(_rack.Addresses.Select(async (address, gpu) =>
        {
            var mine = definition.Tasks.Where((_, i) => i % Gpus == gpu).ToDictionary(task => $"{definition.Id}-{task.Id}", task => Graph(profile, task), StringComparer.Ordinal);
            var watcher = new Watcher();
            await watcher.ListenAsync(address, mine);
            return watcher;
        }));
        var ids = definition.Tasks.Select(task => $"{definition.Id}-{task.Id}").ToDictionary(id => id, StringComparer.Ordinal);
        var messages = MessageTimes.Read(Log, Gpus, ids);

        // Each message goes to one listener.
        var live = Latencies.Of(messages, watchers, MarkKind.Executing, MarkKind.Step) with { Watchers = 1 };
        return new Figures(way, 1, live, Latencies.Of(messages, watchers, MarkKind.Succeeded) with { Watchers = 1 }, new Latencies([], 0, 1), new Latencies([], 0, 1));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static JsonObject Graph(Profiles.WorkflowProfile profile, TaskDefinition task) =>
        PromptBuilder.Build(profile, task.Inputs.ToDictionary(input => input.Key, input => JsonNode.Parse(((TaskInput.Literal)input.Value).Json)!, StringComparer.Ordinal), null, $"bare/{task.Id}").Graph;

    private async Task<Figures> LookOnAsync(string way, int count, int prompts, Func<Watcher, PipelineId, Task> look)
    {
        // All are there before anything happens: what a message takes is one thing, what a start takes, with the whole pipeline for each, another.
        var definition = Definition(prompts);
        var gpus = await _client.GetGpusAsync();
        await Task.WhenAll(gpus.Select(gpu => _client.PauseGpuAsync(gpu.Registration.Id)));
        await _client.SubmitAsync(definition);
        var watchers = Enumerable.Range(0, count).Select(_ => new Watcher()).ToList();
        var looking = Task.WhenAll(watchers.Select(watcher => look(watcher, definition.Id)));
        await Task.WhenAny(looking, Task.WhenAll(watchers.Select(watcher => watcher.Start)));
        await Task.WhenAll(gpus.Select(gpu => _client.ResumeGpuAsync(gpu.Registration.Id)));
        await looking;
        var messages = MessageTimes.Of(_rack, Log, definition.Id);
        return new Figures(
            way,
            count,
            Latencies.Of(messages, watchers, MarkKind.Executing, MarkKind.Step),
            Latencies.Of(messages, watchers, MarkKind.Succeeded),
            Latencies.OfRows(watchers),
            await Latencies.OfStartsAsync(watchers));
    }

    private PipelineDefinition Definition(int prompts) => new ChainPlan(prompts, 1, PromptSeconds).Make(PipelineId.New(), ++_seed);
}
