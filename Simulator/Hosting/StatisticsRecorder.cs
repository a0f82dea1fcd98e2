namespace Continuity.Simulator.Hosting;

/// <summary>Counts under one lock, so a snapshot is consistent.</summary>
internal sealed class StatisticsRecorder
{
    private readonly Lock _lock = new();
    private readonly List<string> _submitted = [];
    private readonly Dictionary<string, int> _executions = new(StringComparer.Ordinal);
    private SimulatorStatistics _counters = new();
    private int _running;

    public SimulatorStatistics Snapshot()
    {
        lock (_lock)
        {
            return _counters with { Submitted = [.. _submitted], Executions = System.Collections.Immutable.ImmutableDictionary.CreateRange(_executions) };
        }
    }

    public void Update(Func<SimulatorStatistics, SimulatorStatistics> change)
    {
        lock (_lock)
        {
            _counters = change(_counters);
        }
    }

    public void PromptSubmitted(string promptId)
    {
        lock (_lock)
        {
            _submitted.Add(promptId);
        }
    }

    public void ExecutionStarted(string promptId)
    {
        lock (_lock)
        {
            _executions[promptId] = _executions.GetValueOrDefault(promptId) + 1;
            _running++;
            _counters = _counters with { MaxRunning = Math.Max(_counters.MaxRunning, _running) };
        }
    }

    public void ExecutionEnded()
    {
        lock (_lock)
        {
            _running--;
        }
    }

    public void ModelLoaded(string file) => Update(s => s with
    {
        ModelLoads = s.ModelLoads + 1,
        LoadsByModel = s.LoadsByModel.SetItem(file, s.LoadsByModel.GetValueOrDefault(file) + 1),
    });
}
