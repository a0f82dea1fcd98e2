using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

using Continuity.Client;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Bench.Watch;

/// <summary>Somebody who looks on, and notes when which mark of which task was seen first.</summary>
internal sealed class Watcher
{
    private readonly Dictionary<(string Task, Mark Mark), long> _seen = [];
    private readonly HashSet<(string Task, TaskState State)> _states = [];
    private readonly List<double> _rows = [];
    private readonly TaskCompletionSource<double> _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _begun = Stopwatch.GetTimestamp();

    /// <summary>Ends with the first sight of the whole pipeline: how long that took, in milliseconds.</summary>
    public Task<double> Start => _start.Task;

    /// <summary>What was seen, and when.</summary>
    public IReadOnlyDictionary<(string Task, Mark Mark), long> Seen => _seen;

    /// <summary>How old the rows of tasks were when they were seen first in a new state, in milliseconds.</summary>
    public IReadOnlyList<double> Rows => _rows;

    /// <summary>Follows a pipeline with the SDK.</summary>
    public async Task WatchAsync(ContinuityClient client, PipelineId id)
    {
        var first = true;
        await foreach (var update in client.WatchAsync(id))
        {
            var now = Stopwatch.GetTimestamp();
            Began(now);
            foreach (var progress in update.Progress)
            {
                Note(progress, now);
            }

            foreach (var task in update.Changed)
            {
                Note(task, now, isNews: !first);
            }

            first = false;
        }
    }

    /// <summary>Reads the whole pipeline again and again, as one does who does not watch.</summary>
    public async Task PollAsync(ContinuityClient client, PipelineId id, TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval);
        while (await client.GetAsync(id) is { } snapshot)
        {
            var now = Stopwatch.GetTimestamp();
            Began(now);
            foreach (var task in snapshot.Tasks)
            {
                Note(task, now, isNews: true);
                if (task.Live is { } progress)
                {
                    Note(progress, now);
                }
            }

            if (snapshot.Summary.Status.IsFinal())
            {
                return;
            }

            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Puts prompts into a ComfyUI's queue and listens to its socket until all have ended.</summary>
    public async Task ListenAsync(Uri address, IReadOnlyDictionary<string, JsonObject> prompts)
    {
        using var socket = new ClientWebSocket();
        using var http = new HttpClient { BaseAddress = address };
        var client = Guid.NewGuid().ToString("N");
        await socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = "/ws", Query = $"clientId={client}" }.Uri, CancellationToken.None);
        foreach (var (id, graph) in prompts)
        {
            using var accepted = await http.PostAsJsonAsync("prompt", new JsonObject { ["prompt"] = graph, ["prompt_id"] = id, ["client_id"] = client });
            accepted.EnsureSuccessStatusCode();
        }

        var buffer = new byte[64 * 1024];
        for (var left = prompts.Count; left > 0;)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += part.Count;
            }
            while (!part.EndOfMessage);

            using var message = JsonDocument.Parse(buffer.AsMemory(0, length));
            if (Marks.Of(message.RootElement) is { } mark && _seen.TryAdd((mark.Prompt, mark.Mark), Stopwatch.GetTimestamp()) && mark.Mark.Kind == MarkKind.Succeeded)
            {
                left--;
            }
        }
    }

    private void Began(long now) => _start.TrySetResult(Stopwatch.GetElapsedTime(_begun, now).TotalMilliseconds);

    private void Note(TaskProgress progress, long now)
    {
        foreach (var mark in Marks.Of(progress))
        {
            _seen.TryAdd((progress.TaskId, mark), now);
        }
    }

    private void Note(TaskView task, long now, bool isNews)
    {
        var row = task.Row;
        if (row.State == TaskState.Completed)
        {
            _seen.TryAdd((row.TaskId, new Mark(MarkKind.Succeeded)), now);
        }

        if ((row.State == TaskState.Running ? row.Attempt?.StartedAt : row.CompletedAt) is { } at && _states.Add((row.TaskId, row.State)) && isNews)
        {
            _rows.Add((TimeProvider.System.GetUtcNow() - at).TotalMilliseconds);
        }
    }
}
