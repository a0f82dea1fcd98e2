using System.Text.Json;

namespace Continuity.ComfyUI.Client;

/// <summary>The prompts that are followed, or were just submitted and will be; hands the socket's messages to them. Thread-safe.</summary>
internal sealed class PromptTrackers(TimeProvider time)
{
    // Submitted and never followed, for example because the caller died: the oldest make room.
    private const int MostUnfollowed = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, PromptTracker> _trackers = new(StringComparer.Ordinal);
    private readonly Queue<string> _unfollowed = new();
    private string? _lastExecuting;

    public PromptTracker Get(string promptId)
    {
        lock (_lock)
        {
            if (!_trackers.TryGetValue(promptId, out var tracker))
            {
                _trackers[promptId] = tracker = new PromptTracker(promptId, time);
            }

            return tracker;
        }
    }

    public void Submitting(string promptId, string clientId, JsonElement graph)
    {
        lock (_lock)
        {
            _trackers[promptId] = new PromptTracker(promptId, time);
            _trackers[promptId].Submitted(clientId, graph);
            _unfollowed.Enqueue(promptId);
            while (_unfollowed.Count > MostUnfollowed && _unfollowed.TryDequeue(out var oldest))
            {
                if (_trackers.TryGetValue(oldest, out var tracker) && !tracker.IsFollowed)
                {
                    _trackers.Remove(oldest);
                }
            }
        }
    }

    public void Forget(string promptId)
    {
        lock (_lock)
        {
            if (_trackers.TryGetValue(promptId, out var tracker) && !tracker.IsFollowed)
            {
                _trackers.Remove(promptId);
            }
        }
    }

    public void Dispatch(SocketMessage message)
    {
        var promptId = message switch
        {
            SocketMessage.Event { Type: "status" } => null,
            SocketMessage.Event told => told.PromptId,
            // A plain preview does not say whose it is: it belongs to the prompt of the message before it.
            SocketMessage.Preview preview => preview.PromptId ?? _lastExecuting,
            _ => null,
        };

        if (message is SocketMessage.Event { Type: "status" })
        {
            NudgeAll();
            return;
        }

        _lastExecuting = promptId ?? _lastExecuting;
        PromptTracker? tracker;
        lock (_lock)
        {
            tracker = promptId is null ? null : _trackers.GetValueOrDefault(promptId);
        }

        tracker?.Apply(message);
    }

    /// <summary>Something happened on the instance, or to the connection, that may concern any prompt.</summary>
    public void NudgeAll()
    {
        PromptTracker[] all;
        lock (_lock)
        {
            all = [.. _trackers.Values];
        }

        foreach (var tracker in all)
        {
            tracker.QueueChanged();
        }
    }
}
