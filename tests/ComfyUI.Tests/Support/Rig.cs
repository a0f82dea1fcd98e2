using System.Text.Json.Nodes;

using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Hosting;
using Continuity.Simulator;

using Microsoft.Extensions.DependencyInjection;

namespace Continuity.ComfyUI.Tests.Support;

/// <summary>A simulated ComfyUI and a client of it with short intervals.</summary>
internal sealed class Rig : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider _services;

    private Rig(SimulatedComfy comfy, ServiceProvider services)
    {
        (Comfy, _services) = (comfy, services);
        Client = Connections.Get(comfy.BaseAddress);
    }

    public SimulatedComfy Comfy { get; }

    public IComfyClient Client { get; }

    public IComfyConnections Connections => _services.GetRequiredService<IComfyConnections>();

    public static async Task<Rig> StartAsync(Action<SimulatorOptions>? simulator = null, Action<ComfyClientOptions>? client = null)
    {
        var options = new SimulatorOptions { TinyMedia = true };
        simulator?.Invoke(options);
        return new Rig(await SimulatedComfy.StartAsync(options), Services(client));
    }

    /// <summary>A client of its own connection, as another process would have.</summary>
    public static ServiceProvider Services(Action<ComfyClientOptions>? configure = null) => new ServiceCollection()
        .AddComfyUI(options =>
        {
            options.LivePollInterval = TimeSpan.FromSeconds(30);
            options.DeafPollInterval = TimeSpan.FromMilliseconds(100);
            options.ReconnectDelay = TimeSpan.FromMilliseconds(50);
            options.MaxReconnectDelay = TimeSpan.FromMilliseconds(200);
            options.OutagePatience = TimeSpan.FromSeconds(15);
            options.ProgressInterval = TimeSpan.FromMilliseconds(1);
            configure?.Invoke(options);
        })
        .BuildServiceProvider();

    public async Task<string> SubmitAsync(JsonObject graph, string? promptId = null)
    {
        var id = promptId ?? Guid.NewGuid().ToString();
        var outcome = await Client.SubmitAsync(new PromptSubmission(id, graph), CancellationToken.None);
        Assert.IsType<PromptSubmitOutcome.Accepted>(outcome);
        return id;
    }

    public Task<PromptOutcome> FollowAsync(string promptId, IProgress<PromptProgress>? progress = null) =>
        Client.FollowAsync(promptId, progress, CancellationToken.None).WaitAsync(Patience);

    public async Task<PromptOutcome> RunAsync(JsonObject graph, IProgress<PromptProgress>? progress = null) => await FollowAsync(await SubmitAsync(graph), progress);

    public async ValueTask DisposeAsync()
    {
        Comfy.Faults.Clear();
        await _services.DisposeAsync();
        await Comfy.DisposeAsync();
    }
}
