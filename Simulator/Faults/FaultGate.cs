using Continuity.Simulator.Gpu;
using Continuity.Simulator.Json;
using Continuity.Simulator.Nodes;

namespace Continuity.Simulator.Faults;

/// <summary>Where injected faults meet nodes, just before each runs.</summary>
internal sealed class FaultGate(SimulatorOptions options, Action crash)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(options.Seed);

    public SimulatorFaults Faults => options.Faults;

    public async Task EnterAsync(NodeCall call, NodeDefinition definition, bool fail)
    {
        await Faults.HangAsync(call.ClassType, call.CancellationToken);
        if (SimulatorFaults.Take(Faults.CrashNodes, call.ClassType))
        {
            await CrashAsync(call.CancellationToken);
        }

        if (SimulatorFaults.Take(Faults.OutOfMemoryNodes, call.ClassType))
        {
            throw ModelMemory.OutOfMemory(20L << 30);
        }

        var isHeavy = definition.IsOutput || call.ClassType.Contains("Sampler", StringComparison.Ordinal);
        if (fail || SimulatorFaults.Take(Faults.FailNodes, call.ClassType) || (isHeavy && Chance(Faults.FailRate)))
        {
            throw new PythonException("RuntimeError", "injected fault");
        }
    }

    public bool Chance(double share)
    {
        if (share <= 0)
        {
            return false;
        }

        lock (_lock)
        {
            return _random.NextDouble() < share;
        }
    }

    /// <summary>Takes the server down from inside a node; never returns.</summary>
    public async Task<NodeOutput> CrashAsync(CancellationToken cancellationToken)
    {
        crash();
        await Task.Delay(Timeout.InfiniteTimeSpan, options.TimeProvider, cancellationToken);
        throw new OperationCanceledException(cancellationToken);
    }
}
