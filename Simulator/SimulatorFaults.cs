using System.Collections.Concurrent;

namespace Continuity.Simulator;

/// <summary>Faults to inject. All can be changed while the server runs and count from then on; thread-safe.</summary>
public sealed class SimulatorFaults
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _hangs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _hanging = new(StringComparer.Ordinal);
    private int _lostAnswers;
    private int _zombies;
    private int _nextExecutionFailures;

    /// <summary>Node classes that raise a RuntimeError, with the number of times still to come; negative for ever.</summary>
    public ConcurrentDictionary<string, int> FailNodes { get; } = new(StringComparer.Ordinal);

    /// <summary>Share of sampler and save nodes that raise a RuntimeError, 0 to 1. Default 0.</summary>
    public double FailRate { get; set; }

    /// <summary>Node classes that run out of memory, with the number of times still to come; negative for ever.</summary>
    public ConcurrentDictionary<string, int> OutOfMemoryNodes { get; } = new(StringComparer.Ordinal);

    /// <summary>A prompt whose models do not fit together runs out of memory instead of evicting. Default false.</summary>
    public bool OutOfMemoryWhenModelsExceedVram { get; set; }

    /// <summary>Node classes inside which the process dies, with the number of times still to come; negative for ever.</summary>
    public ConcurrentDictionary<string, int> CrashNodes { get; } = new(StringComparer.Ordinal);

    /// <summary>Output node classes that succeed without writing files or reporting any, with the number of times still to come.</summary>
    public ConcurrentDictionary<string, int> EmptyOutputNodes { get; } = new(StringComparer.Ordinal);

    /// <summary>Share of HTTP requests answered by 500, 0 to 1. Default 0.</summary>
    public double HttpErrorRate { get; set; }

    /// <summary>Paths (without /api) whose next calls answer 500, with the number of calls.</summary>
    public ConcurrentDictionary<string, int> HttpErrors { get; } = new(StringComparer.Ordinal);

    /// <summary>Paths (without /api) whose answers are late, and by how much.</summary>
    public ConcurrentDictionary<string, TimeSpan> HttpDelays { get; } = new(StringComparer.Ordinal);

    /// <summary>All web sockets are cut after every n messages sent; 0 never. Default 0.</summary>
    public int DropSocketsEvery { get; set; }

    /// <summary>Nothing is sent over web sockets. Default false.</summary>
    public bool MuteSockets { get; set; }

    /// <summary>Interrupts are answered and have no effect. Default false.</summary>
    public bool IgnoreInterrupt { get; set; }

    /// <summary>Answers to the next n accepted prompts are lost: the prompt is queued, the connection cut.</summary>
    public int LostPromptAnswers
    {
        get => Volatile.Read(ref _lostAnswers);
        set => Volatile.Write(ref _lostAnswers, value);
    }

    /// <summary>The worker dies at the start of each of the next n prompts, as after an exception outside a node; HTTP goes on.</summary>
    public int ZombieWorkers
    {
        get => Volatile.Read(ref _zombies);
        set => Volatile.Write(ref _zombies, value);
    }

    /// <summary>The first node of each of the next n prompts raises a RuntimeError.</summary>
    public int FailNextPrompts
    {
        get => Volatile.Read(ref _nextExecutionFailures);
        set => Volatile.Write(ref _nextExecutionFailures, value);
    }

    /// <summary>Nodes of a class hang, deaf to interrupts, until <see cref="Release"/>.</summary>
    /// <param name="nodeClass">The node class.</param>
    public void HangAt(string nodeClass) =>
        _hangs[nodeClass] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets hanging nodes of a class go on and lets later ones pass.</summary>
    /// <param name="nodeClass">The node class.</param>
    public void Release(string nodeClass)
    {
        if (_hangs.TryRemove(nodeClass, out var hang))
        {
            hang.TrySetResult();
        }
    }

    /// <summary>Ends every fault and lets all hanging nodes go on.</summary>
    public void Clear()
    {
        FailNodes.Clear();
        OutOfMemoryNodes.Clear();
        CrashNodes.Clear();
        EmptyOutputNodes.Clear();
        HttpErrors.Clear();
        HttpDelays.Clear();
        (FailRate, HttpErrorRate, DropSocketsEvery) = (0, 0, 0);
        (OutOfMemoryWhenModelsExceedVram, MuteSockets, IgnoreInterrupt) = (false, false, false);
        (LostPromptAnswers, ZombieWorkers, FailNextPrompts) = (0, 0, 0);
        foreach (var nodeClass in _hangs.Keys)
        {
            Release(nodeClass);
        }
    }

    /// <summary>Whether a node of the class hangs right now.</summary>
    /// <param name="nodeClass">The node class.</param>
    /// <returns>True while one hangs.</returns>
    public bool IsHanging(string nodeClass) => _hanging.ContainsKey(nodeClass);

    internal async Task HangAsync(string nodeClass, CancellationToken cancellationToken)
    {
        if (!_hangs.TryGetValue(nodeClass, out var hang))
        {
            return;
        }

        _hanging[nodeClass] = true;
        try
        {
            await hang.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            _hanging.TryRemove(nodeClass, out _);
        }
    }

    internal bool TakeLostAnswer() => Take(ref _lostAnswers);

    internal bool TakeZombie() => Take(ref _zombies);

    internal bool TakePromptFailure() => Take(ref _nextExecutionFailures);

    internal static bool Take(ConcurrentDictionary<string, int> counts, string key)
    {
        while (counts.TryGetValue(key, out var left))
        {
            if (left < 0)
            {
                return true;
            }

            if (left == 0)
            {
                return false;
            }

            if (counts.TryUpdate(key, left - 1, left))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Take(ref int count)
    {
        while (true)
        {
            var left = Volatile.Read(ref count);
            if (left == 0)
            {
                return false;
            }

            if (left < 0 || Interlocked.CompareExchange(ref count, left - 1, left) == left)
            {
                return true;
            }
        }
    }
}
