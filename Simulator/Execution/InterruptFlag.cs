namespace Continuity.Simulator.Execution;

/// <summary>The one interrupt flag of a server: set by POST /interrupt, looked at by nodes, cleared when looked at or when a prompt starts.</summary>
internal sealed class InterruptFlag
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _raised = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Raised
    {
        get
        {
            lock (_lock)
            {
                return _raised.Task;
            }
        }
    }

    public void Raise()
    {
        lock (_lock)
        {
            _raised.TrySetResult();
        }
    }

    public bool TakeIfRaised()
    {
        lock (_lock)
        {
            if (!_raised.Task.IsCompleted)
            {
                return false;
            }

            _raised = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    public void Clear() => TakeIfRaised();

    public void ThrowIfRaised()
    {
        if (TakeIfRaised())
        {
            throw new InterruptedException();
        }
    }
}

/// <summary>A node looked at the flag and found it set.</summary>
internal sealed class InterruptedException : Exception;

/// <summary>An exception outside a node: the worker is dead from here on.</summary>
internal sealed class WorkerDeathException(string message) : Exception(message);
