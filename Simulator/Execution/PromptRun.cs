using Continuity.Simulator.Json;
using Continuity.Simulator.Nodes;
using Continuity.Simulator.Sockets;

namespace Continuity.Simulator.Execution;

/// <summary>One execution of one prompt: runs its nodes in order, sends the messages and collects what the history will say.</summary>
internal sealed class PromptRun(
    QueueItem item,
    NodeCache cache,
    NodeCatalog catalog,
    NodeServices services,
    SocketHub hub,
    InterruptFlag interrupt,
    Func<string, string, NodeObject> objectOf)
{
    private const string OutOfMemoryTips =
        "This error means you ran out of memory on your GPU.\n\nTIPS: If the workflow worked before you might have accidentally set the batch_size to a large number.";

    private readonly List<object?> _messages = [];
    private long? _firstMessageAt;
    private long _lastMessageAt;
    private readonly HashSet<string> _executed = new(StringComparer.Ordinal);
    private readonly ProgressRegistry _progress = new(item.PromptId, hub);
    private bool _success = true;

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        var cached = item.Prompt.Keys.Where(id => cache.Outputs(id) is not null).ToList();
        AddMessage("execution_cached", new PyDict { ["nodes"] = cached, ["prompt_id"] = item.PromptId }, broadcast: false);
        services.Statistics.Update(s => s with { NodesCached = s.NodesCached + cached.Count });
        var failFirst = services.Faults.TakePromptFailure();
        var order = new ExecutionOrder(item.Prompt, catalog, id => cache.Outputs(id) is not null);
        foreach (var output in item.Outputs)
        {
            order.Add(output);
        }

        while (!order.IsEmpty)
        {
            var id = order.Next() ?? throw new WorkerDeathException("DependencyCycleError");
            if (!await ExecuteNodeAsync(id, failFirst, cancellationToken))
            {
                _success = false;
                break;
            }

            failFirst = false;
            order.Complete(id);
        }

        if (_success)
        {
            AddMessage("execution_success", new PyDict { ["prompt_id"] = item.PromptId }, broadcast: false);
            services.Statistics.Update(s => s with { Succeeded = s.Succeeded + 1 });
        }
    }

    public PromptOutcome Outcome()
    {
        var outputs = new PyDict();
        var meta = new PyDict();
        foreach (var id in cache.NodeIds)
        {
            if (cache.Ui(id) is { } ui)
            {
                outputs[id] = ui["output"];
                meta[id] = ui["meta"];
            }
        }

        services.Statistics.Update(s => s with { Ran = s.Ran.SetItem(item.PromptId, _lastMessageAt - _firstMessageAt ?? 0) });
        return new PromptOutcome(
            new PyDict { ["outputs"] = outputs, ["meta"] = meta },
            new PyDict { ["status_str"] = _success ? "success" : "error", ["completed"] = _success, ["messages"] = _messages });
    }

    public void AddMessage(string type, PyDict data, bool broadcast)
    {
        _lastMessageAt = services.Time.GetUtcNow().ToUnixTimeMilliseconds();
        _firstMessageAt ??= _lastMessageAt;
        data["timestamp"] = _lastMessageAt;
        _messages.Add(new object?[] { type, data });
        if (hub.CurrentClient is not null || broadcast)
        {
            hub.Send(type, data, hub.CurrentClient);
        }
    }

    private async Task<bool> ExecuteNodeAsync(string id, bool fail, CancellationToken cancellationToken)
    {
        if (cache.Outputs(id) is not null)
        {
            SendToClient("executed", Executed(id, cache.Ui(id)?.Find("output")));
            _progress.Finish(id);
            return true;
        }

        var classType = (string)((PyDict)item.Prompt[id]!)["class_type"]!;
        PyDict? inputs = null;
        try
        {
            _progress.Start(id);
            inputs = Resolve(id, catalog.Find(classType)!);
            if (hub.CurrentClient is not null)
            {
                hub.LastNode = id;
                SendToClient("executing", new PyDict { ["node"] = id, ["display_node"] = id, ["prompt_id"] = item.PromptId });
            }

            interrupt.ThrowIfRaised();
            var output = await RunNodeAsync(id, classType, inputs, fail, cancellationToken);
            Store(id, output);
        }
        catch (InterruptedException)
        {
            ReportInterrupted(id, classType);
            return false;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not WorkerDeathException)
        {
            // Whatever a node raises fails the prompt and leaves the worker alive, as in the real server.
            ReportFailure(id, classType, inputs, AsPython(e));
            return false;
        }

        _progress.Finish(id);
        _executed.Add(id);
        services.Statistics.Update(s => s with { NodesExecuted = s.NodesExecuted + 1 });
        return true;
    }

    private async Task<NodeOutput> RunNodeAsync(string id, string classType, PyDict inputs, bool fail, CancellationToken cancellationToken)
    {
        var definition = catalog.Find(classType)!;
        if (inputs.Values.OfType<ExecutionBlocker>().FirstOrDefault() is { } blocker)
        {
            if (blocker.Message is { } message)
            {
                ReportBlocked(id, classType, message);
            }

            return new NodeOutput([.. definition.ReturnTypes.Select(_ => new ExecutionBlocker(Message: null))]);
        }

        var call = new NodeCall(id, classType, inputs, item, services, interrupt, _progress, hub, objectOf(id, classType), cancellationToken);
        await services.FaultGate.EnterAsync(call, definition, fail);
        RejectUnknown(definition, inputs);
        return await NodeLibrary.Find(classType)(call);
    }

    private static PythonException AsPython(Exception e) => e switch
    {
        PythonException known => known,
        OperationCanceledException => new PythonException("TimeoutError", "ffmpeg took too long and was killed"),
        IOException => new PythonException("OSError", e.Message),
        _ => new PythonException("RuntimeError", $"{e.GetType().Name}: {e.Message}"),
    };

    private static void RejectUnknown(NodeDefinition definition, PyDict inputs)
    {
        var unknown = inputs.Keys.FirstOrDefault(k => definition.Input(k) is null);
        if (unknown is not null && definition.Name != "VHS_VideoCombine")
        {
            throw new PythonException("TypeError", $"{definition.Name}.execute() got an unexpected keyword argument '{unknown}'");
        }
    }

    /// <summary>Values by input name. Unknown constants are dropped, unknown links are passed on, as the real server does.</summary>
    private PyDict Resolve(string id, NodeDefinition definition)
    {
        var resolved = new PyDict();
        foreach (var (name, value) in (PyDict)((PyDict)item.Prompt[id]!)["inputs"]!)
        {
            if (GraphLink.From(value) is { } link)
            {
                var outputs = cache.Outputs(link.NodeId);
                var slot = outputs is not null && link.Slot < 0 ? link.Slot + outputs.Length : link.Slot;
                if (outputs is not null && slot >= 0 && slot < outputs.Length)
                {
                    resolved[name] = outputs[slot];
                }
            }
            else if (definition.Input(name) is not null)
            {
                resolved[name] = value;
            }
        }

        return resolved;
    }

    private void Store(string id, NodeOutput output)
    {
        if (output.Ui is { Count: > 0 })
        {
            var meta = new PyDict { ["node_id"] = id, ["display_node"] = id, ["parent_node"] = null, ["real_node_id"] = id };
            cache.StoreUi(id, new PyDict { ["meta"] = meta, ["output"] = output.Ui });
            SendToClient("executed", Executed(id, output.Ui));
        }

        cache.Store(id, output.Values);
    }

    private PyDict Executed(string id, object? output) =>
        new() { ["node"] = id, ["display_node"] = id, ["output"] = output, ["prompt_id"] = item.PromptId };

    private void SendToClient(string type, PyDict data)
    {
        if (hub.CurrentClient is not null)
        {
            hub.Send(type, data, hub.CurrentClient);
        }
    }

    private List<object?> ExecutedInNoOrder() => [.. _executed.OrderBy(id => StableHash.Of(services.Options.Seed, id))];

    private void ReportBlocked(string id, string classType, string message) => hub.Send(
        "execution_error",
        new PyDict
        {
            ["prompt_id"] = item.PromptId,
            ["node_id"] = id,
            ["node_type"] = classType,
            ["executed"] = ExecutedInNoOrder(),
            ["exception_message"] = $"Execution Blocked: {message}",
            ["exception_type"] = "ExecutionBlocked",
            ["traceback"] = new List<object?>(),
            ["current_inputs"] = new List<object?>(),
            ["current_outputs"] = new List<object?>(),
        },
        hub.CurrentClient);

    private void ReportInterrupted(string id, string classType)
    {
        var data = new PyDict
        {
            ["prompt_id"] = item.PromptId,
            ["node_id"] = id,
            ["node_type"] = classType,
            ["executed"] = ExecutedInNoOrder(),
        };
        AddMessage("execution_interrupted", data, broadcast: true);
        services.Statistics.Update(s => s with { Interrupted = s.Interrupted + 1 });
    }

    private void ReportFailure(string id, string classType, PyDict? inputs, PythonException e)
    {
        var tips = string.Empty;
        if (e.Type.EndsWith("OutOfMemoryError", StringComparison.Ordinal))
        {
            tips = OutOfMemoryTips;
            services.Memory.UnloadAll();
        }

        var data = new PyDict
        {
            ["prompt_id"] = item.PromptId,
            ["node_id"] = id,
            ["node_type"] = classType,
            ["executed"] = ExecutedInNoOrder(),
            ["exception_message"] = $"{e.Message}\n{tips}",
            ["exception_type"] = e.Type,
            ["traceback"] = Traceback.OfNode(classType, e),
            ["current_inputs"] = new PyDict((inputs ?? []).Select(p =>
                new KeyValuePair<string, object?>(p.Key, new List<object?> { ValueText.Format(p.Value) }))),
            ["current_outputs"] = item.Prompt.Keys.OrderBy(k => StableHash.Of(services.Options.Seed, k)).ToList(),
        };
        AddMessage("execution_error", data, broadcast: false);
        services.Statistics.Update(s => s with { Failed = s.Failed + 1 });
    }
}
