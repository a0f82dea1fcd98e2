namespace Continuity.ComfyUI.Client;

/// <summary>Finds prompts: the queue first, then the history, because a prompt moves from the one to the other at once, and never back.</summary>
internal sealed class PromptLookup(ComfyHttp http, ComfyClientOptions options)
{
    public async Task<QueueSnapshot> QueueAsync(CancellationToken cancellationToken) =>
        QueueParser.Parse(await http.GetJsonAsync("queue", options.QueryTimeout, cancellationToken)) ?? throw http.Unexpected("queue", "no queue_running and queue_pending");

    public async Task<Whereabouts> FindAsync(string promptId, PromptTracker? tracker, CancellationToken cancellationToken)
    {
        var queue = await QueueAsync(cancellationToken);
        if (queue.Running.FirstOrDefault(prompt => prompt.PromptId == promptId) is { } running)
        {
            tracker?.SeenRunning(running);
            return new Whereabouts.Running();
        }

        for (var index = 0; index < queue.Pending.Length; index++)
        {
            if (queue.Pending[index].PromptId == promptId)
            {
                tracker?.SeenPending(queue.Pending[index], index + 1, queue.Pending.Length);
                return new Whereabouts.Pending(index + 1, queue.Pending.Length);
            }
        }

        var history = await http.GetJsonAsync($"history/{Uri.EscapeDataString(promptId)}", options.QueryTimeout, cancellationToken);
        return HistoryParser.Parse(history, promptId) is { } outcome ? new Whereabouts.Ended(outcome) : new Whereabouts.Unknown();
    }
}
