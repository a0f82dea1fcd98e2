using Microsoft.Extensions.Options;

namespace Continuity.Grains.Media;

/// <summary>
/// The silo's turns for work on the CPU, so that films do not starve the silo or each other: first come, first served. Whoever starts a render or an extraction
/// enters first; the media classes do not enter by themselves.
/// </summary>
internal sealed class CpuSlots(IOptions<MediaOptions> options)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private int _free = options.Value.CpuSlots;

    /// <summary>How many wait for a turn.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Waits for a turn.</summary>
    /// <param name="cancellationToken">Gives up the place in the queue.</param>
    /// <returns>The turn; dispose it to pass it on. Disposing twice does no harm.</returns>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return new Slot(this);
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.AddLast(turn);
        }

        await using (cancellationToken.UnsafeRegister(_ => GiveUp(turn, cancellationToken), null))
        {
            await turn.Task;
        }

        return new Slot(this);
    }

    private void GiveUp(TaskCompletionSource turn, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Whoever was given the turn in the same moment keeps it.
            if (_waiting.Remove(turn))
            {
                turn.SetCanceled(cancellationToken);
            }
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (_waiting.First is not { } next)
            {
                _free++;
                return;
            }

            _waiting.RemoveFirst();
            next.Value.SetResult();
        }
    }

    private sealed class Slot(CpuSlots owner) : IDisposable
    {
        private CpuSlots? _owner = owner;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Leave();
    }
}
