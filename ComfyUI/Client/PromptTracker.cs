using System.Collections.Immutable;
using System.Text.Json;
using System.Threading.Channels;

namespace Continuity.ComfyUI.Client;

/// <summary>What is known of one followed prompt: written by the socket's dispatcher, read by the followers. Thread-safe.</summary>
internal sealed class PromptTracker(string promptId, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<OutputFile> _outputs = [];
    private readonly List<Channel<bool>> _followers = [];
    private GraphProgress? _progress;
    private JsonElement _graph;
    private PromptPhase _phase = PromptPhase.Pending;
    private (int At, int Of)? _position;
    private string? _nodeId;
    private PreviewImage? _preview;
    private DateTimeOffset _lastActivity = time.GetSteadyNow();
    private DateTimeOffset? _runningSince;
    private bool _outputsKnown;
    private bool _statesTold;
    private bool _startSeen;
    private bool _successSeen;
    private bool _mustLook;
    private bool _queueChanged;

    public string PromptId => promptId;

    /// <summary>The connection it was submitted over, once known.</summary>
    public string? ClientId { get; private set; }

    /// <summary>Messages about it so far.</summary>
    public int Messages { get; private set; }

    /// <summary>Whether the end was told, so that the history has it now or in a moment.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>What an ExecutionBlocker said, which the history does not keep.</summary>
    public JsonElement? Blocked { get; private set; }

    /// <summary>The workflow, once known.</summary>
    public JsonElement Graph => _graph;

    public DateTimeOffset LastMessageAt { get; private set; } = time.GetSteadyNow();

    public bool IsPending => _phase == PromptPhase.Pending;

    /// <summary>Since when it is known to run.</summary>
    public DateTimeOffset? RunningSince => _runningSince;

    /// <summary>All outputs, when its whole life was seen up to its success; the history may have been cleared by somebody.</summary>
    public ImmutableArray<OutputFile>? OutputsIfSucceeded
    {
        get
        {
            lock (_lock)
            {
                return _startSeen && _successSeen ? OutputParser.InOrder(_outputs) : null;
            }
        }
    }

    public bool IsFollowed
    {
        get
        {
            lock (_lock)
            {
                return _followers.Count > 0;
            }
        }
    }

    public Channel<bool> AddFollower()
    {
        var signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        lock (_lock)
        {
            _followers.Add(signal);
        }

        return signal;
    }

    public void RemoveFollower(Channel<bool> signal)
    {
        lock (_lock)
        {
            _followers.Remove(signal);
        }
    }

    /// <summary>What is known from having sent it ourselves; which outputs the instance will make is not.</summary>
    public void Submitted(string clientId, JsonElement graph)
    {
        lock (_lock)
        {
            (ClientId, _graph, _progress) = (clientId, graph, new GraphProgress(graph, []));
        }
    }

    public void SeenPending(QueuedPrompt prompt, int position, int of)
    {
        lock (_lock)
        {
            Learn(prompt);
            if (_position != (position, of) || _phase != PromptPhase.Pending)
            {
                _lastActivity = time.GetSteadyNow();
            }

            (_position, _phase) = ((position, of), PromptPhase.Pending);
        }
    }

    public void SeenRunning(QueuedPrompt prompt)
    {
        lock (_lock)
        {
            Learn(prompt);
            Runs();
        }
    }

    /// <summary>The instance's queue changed, or the connection did.</summary>
    public void QueueChanged()
    {
        lock (_lock)
        {
            // Messages about a prompt that runs come by themselves; where they do not, the follower polls, and this spares it the wait.
            _queueChanged = true;
            Signal();
        }
    }

    /// <summary>Whether the queue changed since the last call.</summary>
    public bool TakeQueueChanged()
    {
        lock (_lock)
        {
            var result = _queueChanged;
            _queueChanged = false;
            return result;
        }
    }

    /// <summary>Whether somebody asked to look since the last call.</summary>
    public bool TakeMustLook()
    {
        lock (_lock)
        {
            var result = _mustLook;
            _mustLook = false;
            return result;
        }
    }

    public void Apply(SocketMessage message)
    {
        lock (_lock)
        {
            Messages++;
            _lastActivity = LastMessageAt = time.GetSteadyNow();
            switch (message)
            {
                case SocketMessage.Preview preview:
                    _preview = preview.Image;
                    break;
                case SocketMessage.Event { Type: var type, Data: var data }:
                    ApplyEvent(type, data);
                    break;
            }

            Signal();
        }
    }

    public PromptProgress Snapshot(bool isLive)
    {
        lock (_lock)
        {
            var preview = _preview;
            _preview = null;
            var nodeClass = _nodeId is null ? null : _graph.Property(_nodeId)?.Text("class_type");
            return new PromptProgress
            {
                PromptId = promptId,
                Phase = _phase,
                Position = _phase == PromptPhase.Pending ? _position?.At : null,
                QueueLength = _phase == PromptPhase.Pending ? _position?.Of : null,
                Percent = _phase == PromptPhase.Pending ? null : _progress?.Percent,
                NodeId = _nodeId,
                NodeClass = nodeClass,
                NodeTitle = _nodeId is null ? null : HistoryParser.TitleOf(_graph, _nodeId) ?? nodeClass,
                IsLive = isLive,
                LastActivity = _lastActivity,
                Preview = preview,
            };
        }
    }

    private void ApplyEvent(string type, JsonElement data)
    {
        switch (type)
        {
            case "execution_start":
                _startSeen = true;
                _mustLook |= _progress is null;
                Runs();
                break;
            case "execution_cached":
                Runs();
                foreach (var cached in data.Items("nodes"))
                {
                    _progress?.Finished(cached.ToString());
                }

                break;
            case "executing":
                Executing(Node(data, "display_node") ?? Node(data, "node"));
                break;
            case "progress":
                Runs();
                if (Node(data, "node") is { } node)
                {
                    _nodeId = Known(node) ? node : _nodeId;
                    _progress?.Report(node, Fraction(data) * 0.999);
                }

                break;
            case "progress_state":
                Runs();
                NodeStates(data);
                break;
            case "executed":
                Runs();
                if (data.Property("output") is { } output && Node(data, "node") is { } saver)
                {
                    _outputs.AddRange(OutputParser.OfNode(saver, output));
                    _progress?.Finished(saver);
                }

                break;
            case "execution_error" when data.Text("exception_type") == "ExecutionBlocked":
                Blocked = data;
                break;
            case "execution_success":
                _successSeen = true;
                IsEnding = true;
                break;
            case "execution_error" or "execution_interrupted":
                IsEnding = true;
                break;
        }
    }

    private void Executing(string? node)
    {
        if (node is null)
        {
            // The very last message: the history has the prompt now.
            IsEnding = true;
            _mustLook = true;
            return;
        }

        Runs();
        if (!_statesTold && _nodeId is not null && _nodeId != node)
        {
            _progress?.Finished(_nodeId);
        }

        _nodeId = node;
    }

    private void NodeStates(JsonElement data)
    {
        _statesTold = true;
        foreach (var node in data.Members("nodes"))
        {
            var id = Known(node.Name) ? node.Name : node.Value.Text("display_node_id") ?? node.Name;
            if (node.Value.Text("state") == "finished" && id == node.Name)
            {
                _progress?.Finished(id);
            }
            else
            {
                // A node made while running counts for the one that made it, which is not done with it.
                _progress?.Report(id, Fraction(node.Value) * (id == node.Name ? 0.999 : 0.5));
            }
        }
    }

    private void Learn(QueuedPrompt prompt)
    {
        ClientId ??= prompt.ClientId;
        if (!_outputsKnown && prompt.Graph.ValueKind == JsonValueKind.Object)
        {
            _outputsKnown = true;
            _graph = prompt.Graph;
            var progress = new GraphProgress(prompt.Graph, prompt.OutputNodes);
            progress.TakeOver(_progress);
            _progress = progress;
        }
    }

    private void Runs()
    {
        if (_phase != PromptPhase.Executing)
        {
            (_phase, _position, _lastActivity) = (PromptPhase.Executing, null, time.GetSteadyNow());
        }

        _runningSince ??= time.GetSteadyNow();
    }

    private bool Known(string nodeId) => _graph.Property(nodeId) is not null;

    private void Signal()
    {
        foreach (var follower in _followers)
        {
            follower.Writer.TryWrite(item: true);
        }
    }

    private static string? Node(JsonElement data, string name) => data.Property(name) is { ValueKind: not JsonValueKind.Null } node ? node.ToString() : null;

    private static double Fraction(JsonElement data) => data.Number("value") is { } value && data.Number("max") is { } max && max > 0 ? value / max : 0;
}
