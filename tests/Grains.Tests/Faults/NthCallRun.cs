
using Continuity.Client;
using Continuity.ComfyUI.Client;
using Continuity.Grains.Artifacts;
using Continuity.Grains.Stores;
using Continuity.Pipelines;
using Continuity.Simulator;
using Continuity.Tasks;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using Orleans.Storage;

namespace Continuity.Grains.Tests.Faults;

/// <summary>One small export in which one call goes wrong, from an empty silo to its end, and what must be true of it then.</summary>
internal static class NthCallRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Runs it.</summary>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="faults">Puts the fault into the silo.</param>
    /// <returns>What is not as promised, a line each; empty when all is well.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(NthCallFault fault, Action<ISiloBuilder, NthCallFault> faults)
    {
        await using var farm = await Farm.StartAsync(silo: host =>
        {
            host.Services.Configure<ComfyClientOptions>(comfy => comfy.DeafPollInterval = TimeSpan.FromMilliseconds(200));
            faults(host, fault);
        });
        var client = new ContinuityClient(farm.Grains, new ContinuityClientOptions());
        var definition = Pipes.Of(Pipes.Keyframe("k1"), Pipes.Video("v1", "k1"), Pipes.Keyframe("k2", "another"));
        using var limit = new CancellationTokenSource(Patience);
        PipelineSnapshot? end = null;
        try
        {
            await client.SubmitAsync(definition, limit.Token);
            end = await client.WaitAsync(definition.Id, limit.Token);
            await QuietAsync(farm.Gpus[0], limit.Token);
            return [.. await CheckAsync(farm, client, definition, end)];
        }
        catch (Exception exception)
        {
            return [$"{exception.GetType().Name}: {exception.Message}", Farm.Describe(end ?? await farm.Pipeline(definition).GetAsync())];
        }
    }

    /// <summary>Puts the fault between the silo and its ComfyUI.</summary>
    public static void AtComfyUI(ISiloBuilder host, NthCallFault fault) => host.Services.Replace(ServiceDescriptor.Singleton<IComfyConnections>(provider => new ComfyConnections(
        provider.GetRequiredService<IOptions<ComfyClientOptions>>(),
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<ComfyClient>>(),
        sender => new NthCallHandler(fault, sender))));

    /// <summary>Puts the fault between the silo and its pipelines.</summary>
    public static void AtPipelineStore(ISiloBuilder host, NthCallFault fault) =>
        AtPipelineStore(host, fault, () => new StoreException("The test cut the connection to the store.", mayPass: true));

    /// <summary>Puts the fault between the silo and its pipelines.</summary>
    public static void AtPipelineStore(ISiloBuilder host, NthCallFault fault, Func<Exception> exception) => At<IPipelineStore>(host, fault, key: null, exception);

    /// <summary>Puts the fault between the silo and the state of its grains.</summary>
    public static void AtGrainState(ISiloBuilder host, NthCallFault fault) =>
        At<IGrainStorage>(host, fault, "Default", () => new StoreException("The test cut the connection to the state of grains.", mayPass: true));

    /// <summary>Puts the fault between the silo and its artifacts.</summary>
    public static void AtArtifacts(ISiloBuilder host, NthCallFault fault) =>
        At<IArtifactStore>(host, fault, key: null, () => new ArtifactStoreUnavailableException("The test cut the connection to the artifacts."));

    private static void At<T>(ISiloBuilder host, NthCallFault fault, object? key, Func<Exception> exception)
        where T : class
    {
        var made = host.Services.Last(service => service.ServiceType == typeof(T) && Equals(service.ServiceKey, key));
        host.Services.Remove(made);
        host.Services.AddKeyedSingleton(key, (provider, _) => NthCallProxy.Around(Make(provider), fault, exception));

        T Make(IServiceProvider provider) => (T)(
            key is not null ? made.KeyedImplementationFactory!(provider, key)
            : made.ImplementationFactory is { } factory ? factory(provider)
            : ActivatorUtilities.CreateInstance(provider, made.ImplementationType!));
    }

    private static async Task<List<string>> CheckAsync(Farm farm, ContinuityClient client, PipelineDefinition definition, PipelineSnapshot end)
    {
        var problems = new List<string>();
        var lines = await client.GetHistoryAsync(definition.Id);
        var history = string.Join("\n", lines.Select(line => $"    {line.Version} {line.TaskId} {line.Name} {line.Text}"));
        Expect(end.Summary.Status == PipelineStatus.Completed, $"the pipeline is {end.Summary.Status}");
        foreach (var task in end.Tasks)
        {
            var completed = lines.Count(line => line.TaskId == task.Definition.Id && line.Name == "completed");
            Expect(task.Row is { State: TaskState.Completed, Result: not null } && completed == 1, $"{task.Definition.Id} is {task.Row.State}, recorded {completed} times");
            Expect(task.Row.Retries == 0, $"{task.Definition.Id} was charged {task.Row.Retries} retries");
        }

        // A store of its own hashes every file anew.
        var artifacts = new FileArtifactStore(new FileArtifactOptions { Directory = Path.Combine(farm.Data, "artifacts") }, TimeProvider.System);
        foreach (var artifact in end.Tasks.SelectMany(task => task.Row.Result?.Outputs ?? []).Select(output => output.Artifact))
        {
            await using var content = await artifacts.OpenAsync(artifact, CancellationToken.None);
            Expect(content is not null, $"the artifact {artifact.Sha256} is missing");
        }

        // Nothing here makes a ComfyUI lose a prompt, so that none may run a second time, under whatever id.
        var gpu = farm.Gpus[0].Statistics;
        Expect(gpu.Executions.Values.Sum() == definition.Tasks.Length, $"{gpu.Executions.Values.Sum()} prompts were executed for {definition.Tasks.Length} tasks");
        Expect(gpu.Submitted.Length == gpu.Submitted.Distinct().Count(), "a prompt was submitted twice");
        using var http = new HttpClient { BaseAddress = farm.Gpus[0].BaseAddress };
        var queue = await http.GetStringAsync("queue");
        Expect(queue.Replace(" ", "", StringComparison.Ordinal) == """{"queue_running":[],"queue_pending":[]}""", $"left in the queue: {queue}");
        if (problems.Count > 0)
        {
            problems.Add(Farm.Describe(end));
            problems.Add(history);
        }

        return problems;

        void Expect(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }

    // The entry in the history goes after the result is recorded: a moment later all is quiet.
    private static async Task QuietAsync(SimulatedComfy gpu, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = gpu.BaseAddress };
        while ((await http.GetStringAsync("queue", cancellationToken)).Contains("continuity", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }
}
