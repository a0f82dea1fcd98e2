using System.Threading.Channels;

using Orleans.Timers;

namespace Continuity.Grains.Tests.Pipelines;

/// <summary>Grain timers that fire when the test says so.</summary>
internal sealed class ManualTimers : ITimerRegistry
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<ManualTimer> _made = Channel.CreateUnbounded<ManualTimer>();

    /// <summary>The next timer that is made, in order; fails when none is.</summary>
    public async Task<ManualTimer> NextAsync()
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            return await _made.Reader.ReadAsync(timeout.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"No further timer was made within {Patience}.", exception);
        }
    }

    public IGrainTimer RegisterGrainTimer<TState>(IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options)
    {
        var timer = new ManualTimer(options.DueTime, () => callback(state, CancellationToken.None));
        _made.Writer.TryWrite(timer);
        return timer;
    }

    public IDisposable RegisterTimer(IGrainContext grainContext, Func<object?, Task> asyncCallback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException();
}

/// <summary>One of them.</summary>
internal sealed class ManualTimer(TimeSpan due, Func<Task> fire) : IGrainTimer
{
    public TimeSpan Due => due;

    public Task FireAsync() => fire();

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
    }

    public void Dispose()
    {
    }
}
