using System.Net.Http.Json;
using System.Text.Json.Nodes;

using Continuity.Simulator;

namespace Continuity.Grains.Tests.Faults;

/// <summary>Somebody beside the farm who uses a ComfyUI, or looks at it.</summary>
internal sealed class Bystander(SimulatedComfy gpu) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new() { BaseAddress = gpu.BaseAddress };

    /// <summary>Sends a prompt that runs for a minute unless it is interrupted.</summary>
    public async Task<string> SendAsync(params (string Name, string Value)[] tags)
    {
        var id = Guid.NewGuid().ToString();
        var extra = new JsonObject();
        foreach (var (name, value) in tags)
        {
            extra[name] = value;
        }

        var answer = await _http.PostAsJsonAsync("prompt", new JsonObject { ["prompt"] = Sleep(), ["prompt_id"] = id, ["extra_data"] = extra });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return id;
    }

    /// <summary>The ids in the queue: those that run first.</summary>
    public async Task<IReadOnlyList<string>> QueueAsync()
    {
        var queue = (await _http.GetFromJsonAsync<JsonObject>("queue"))!;
        return [.. new[] { "queue_running", "queue_pending" }.SelectMany(list => queue[list]!.AsArray()).Select(item => item![1]!.GetValue<string>())];
    }

    public async Task StopAsync(string promptId)
    {
        await UntilAsync(queue => queue[0] == promptId);
        await _http.PostAsJsonAsync("interrupt", new JsonObject { ["prompt_id"] = promptId });
        await UntilAsync(queue => !queue.Contains(promptId));
    }

    /// <summary>Waits until the queue is as expected.</summary>
    public async Task<IReadOnlyList<string>> UntilAsync(Func<IReadOnlyList<string>, bool> expected)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var queue = await QueueAsync();
            if (expected(queue))
            {
                return queue;
            }

            Assert.False(timeout.IsCancellationRequested, $"After {Patience} the queue still holds [{string.Join(", ", queue)}].");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public void Dispose() => _http.Dispose();

    private static JsonObject Sleep() => new()
    {
        ["1"] = Node("EmptyImage", new() { ["width"] = 64, ["height"] = 32, ["batch_size"] = 1, ["color"] = 0 }),
        ["2"] = Node("TestSleep", new() { ["image"] = new JsonArray("1", 0), ["seconds"] = 60, ["steps"] = 600, ["previews"] = false, ["seed"] = 1 }),
        ["3"] = Node("SaveImage", new() { ["images"] = new JsonArray("2", 0), ["filename_prefix"] = Guid.NewGuid().ToString() }),
    };

    private static JsonObject Node(string nodeClass, JsonObject inputs) => new() { ["class_type"] = nodeClass, ["inputs"] = inputs };
}
