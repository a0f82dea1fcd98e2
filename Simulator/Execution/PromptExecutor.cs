using System.Security.Cryptography;
using Continuity.Simulator.Json;
using Continuity.Simulator.Nodes;
using Continuity.Simulator.Sockets;

namespace Continuity.Simulator.Execution;

/// <summary>Executes prompts one after the other and keeps the cache between them.</summary>
internal sealed class PromptExecutor(NodeCatalog catalog, NodeServices services, PromptQueue queue, SocketHub hub, InterruptFlag interrupt)
{
    private NodeCache _cache = new();
    private Dictionary<(string Id, string ClassType), NodeObject> _objects = [];

    public void Reset()
    {
        _cache = new NodeCache();
        _objects = [];
    }

    public async Task<PromptOutcome> ExecuteAsync(QueueItem item, CancellationToken cancellationToken)
    {
        interrupt.Clear();
        hub.CurrentClient = item.ClientId;
        var run = new PromptRun(item, _cache, catalog, services, hub, interrupt, ObjectOf);
        run.AddMessage("execution_start", new PyDict { ["prompt_id"] = item.PromptId }, broadcast: false);
        if (services.Faults.TakeZombie())
        {
            throw new WorkerDeathException("The worker was told to die.");
        }

        _cache.SetPrompt(new NodeSignatures(item.Prompt, catalog, (id, node) => IsChanged(id, node)).Compute());
        KeepObjects(item.Prompt);
        await run.ExecuteAsync(cancellationToken);
        hub.LastNode = null;
        return run.Outcome();
    }

    private void KeepObjects(PyDict prompt)
    {
        var kept = prompt.Select(p => (p.Key, (string)((PyDict)p.Value!)["class_type"]!)).ToHashSet();
        _objects = _objects.Where(p => kept.Contains(p.Key)).ToDictionary();
    }

    // A node's object outlives its results: PreviewImage keeps its random prefix as long as the node id does.
    private NodeObject ObjectOf(string id, string classType)
    {
        if (!_objects.TryGetValue((id, classType), out var found))
        {
            found = new NodeObject(services.RandomLetters(5));
            _objects[(id, classType)] = found;
        }

        return found;
    }

    private object? IsChanged(string nodeId, PyDict node)
    {
        var classType = (string)node["class_type"]!;
        if (classType is not ("LoadImage" or "LoadImageMask" or "LoadVideo" or "SaveImageWebsocket"))
        {
            return false;
        }

        if (node.TryGetValue("is_changed", out var given))
        {
            return given;
        }

        var changed = Fingerprint(classType, node);

        // The real server writes it into the prompt, so queue and history show it from here on.
        queue.Change(() => node["is_changed"] = changed);
        return changed;
    }

    private object? Fingerprint(string classType, PyDict node)
    {
        if (classType == "SaveImageWebsocket")
        {
            return new List<object?> { services.Time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0 };
        }

        try
        {
            if (((PyDict)node["inputs"]!).Find(classType == "LoadVideo" ? "file" : "image") is string name)
            {
                var path = services.Folders.Annotated(name);
                return new List<object?>
                {
                    classType != "LoadVideo" ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))
                    : File.Exists(path) ? (File.GetLastWriteTimeUtc(path) - DateTime.UnixEpoch).TotalSeconds
                    : double.NaN,
                };
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not there or not readable: never equal to anything, as the real server decides.
        }

        return double.NaN;
    }
}
