using Continuity.Simulator.Json;
using Continuity.Simulator.Sockets;
using Continuity.Simulator.Storage;

namespace Continuity.Simulator.Execution;

/// <summary>Pending, running and ended prompts under one lock: the move from running to history is atomic.</summary>
internal sealed class PromptQueue(SocketHub hub, PromptJournal journal, int historyCap) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PromptHeap _pending = new();
    private readonly List<QueueItem> _running = [];
    private readonly OrderedDictionary<string, PyDict> _history = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _wake = new(0);
    private bool _unloadModels;
    private bool _freeMemory;

    public void Put(QueueItem item)
    {
        lock (_lock)
        {
            journal.Accepted(item.PromptId, item.ExtraData);
            _pending.Push(item);
            QueueUpdated();
        }

        _wake.Release();
    }

    /// <summary>Waits for a prompt or a flag; null means that only a flag was set.</summary>
    public async Task<QueueItem?> GetAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_pending.Count > 0)
                {
                    var item = _pending.Pop();
                    _running.Add(item);
                    QueueUpdated();
                    return item;
                }

                if (_unloadModels || _freeMemory)
                {
                    return null;
                }
            }

            await _wake.WaitAsync(cancellationToken);
        }
    }

    public void TaskDone(QueueItem item, PyDict historyResult, PyDict status)
    {
        lock (_lock)
        {
            _running.Remove(item);
            if (_history.Count >= historyCap)
            {
                _history.RemoveAt(0);
            }

            var entry = new PyDict { ["prompt"] = item.ToTuple(), ["outputs"] = new PyDict(), ["status"] = status };
            foreach (var (key, value) in historyResult)
            {
                entry[key] = value;
            }

            journal.Ended(item.PromptId, (string)status["status_str"]!, (entry["outputs"] as PyDict)?.Count ?? 0);
            _history[item.PromptId] = entry;
            QueueUpdated();
        }
    }

    public bool IsRunning(string promptId)
    {
        lock (_lock)
        {
            return _running.Exists(i => i.PromptId == promptId);
        }
    }

    public bool IsRunning(QueueItem item)
    {
        lock (_lock)
        {
            return _running.Contains(item);
        }
    }

    public PyDict ExecInfo()
    {
        lock (_lock)
        {
            return ExecInfoLocked();
        }
    }

    /// <summary>The answer of GET /queue, written under the lock because a running prompt can still get an "is_changed".</summary>
    public string WriteQueue()
    {
        lock (_lock)
        {
            return PyJson.Write(new PyDict
            {
                ["queue_running"] = _running.Select(i => i.ToTuple()).ToList(),
                ["queue_pending"] = _pending.Items.Select(i => i.ToTuple()).ToList(),
            });
        }
    }

    public void Change(Action change)
    {
        lock (_lock)
        {
            change();
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            foreach (var item in _pending.Items)
            {
                journal.Removed(item.PromptId);
            }

            _pending.Clear();
            QueueUpdated();
        }
    }

    public void Delete(object? promptId)
    {
        lock (_lock)
        {
            for (var i = 0; i < _pending.Count; i++)
            {
                if (PyNumber.AreEqual(_pending.Items[i].PromptId, promptId))
                {
                    journal.Removed(_pending.Items[i].PromptId);
                    _pending.RemoveAt(i);
                    QueueUpdated();
                    return;
                }
            }
        }
    }

    public string WriteHistory(string promptId)
    {
        lock (_lock)
        {
            return PyJson.Write(_history.TryGetValue(promptId, out var entry) ? new PyDict { [promptId] = entry } : []);
        }
    }

    public string WriteHistory(long? maxItems, long offset)
    {
        lock (_lock)
        {
            if (offset < 0 && maxItems is not null)
            {
                offset = _history.Count - maxItems.Value;
            }

            var found = new PyDict();
            long index = 0;
            foreach (var (id, entry) in _history)
            {
                if (index++ >= offset)
                {
                    found[id] = entry;
                    if (maxItems is not null && found.Count >= maxItems)
                    {
                        break;
                    }
                }
            }

            return PyJson.Write(found);
        }
    }

    public void ClearHistory()
    {
        lock (_lock)
        {
            foreach (var id in _history.Keys)
            {
                journal.Forgotten(id);
            }

            _history.Clear();
        }
    }

    public void DeleteHistory(string promptId)
    {
        lock (_lock)
        {
            if (_history.Remove(promptId))
            {
                journal.Forgotten(promptId);
            }
        }
    }

    public void SetFlags(bool unloadModels, bool freeMemory)
    {
        lock (_lock)
        {
            _unloadModels |= unloadModels;
            _freeMemory |= freeMemory;
        }

        _wake.Release();
    }

    public (bool UnloadModels, bool FreeMemory) TakeFlags()
    {
        lock (_lock)
        {
            var flags = (_unloadModels || _freeMemory, _freeMemory);
            _unloadModels = _freeMemory = false;
            return flags;
        }
    }

    public void Dispose() => _wake.Dispose();

    private void QueueUpdated() => hub.Send("status", new PyDict { ["status"] = ExecInfoLocked() }, clientId: null);

    private PyDict ExecInfoLocked() =>
        new() { ["exec_info"] = new PyDict { ["queue_remaining"] = (long)(_pending.Count + _running.Count) } };
}
