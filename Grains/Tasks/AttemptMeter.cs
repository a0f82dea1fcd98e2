using Continuity.Engine.Accounts;
using Continuity.Gpu;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>Measures where the time of an attempt on a GPU goes. What happened before the attempt was taken up again is not known, and does not count.</summary>
internal sealed class AttemptMeter(IAttemptHost host, TimeProvider time)
{
    private const int Milliseconds = 3;

    private TimeSpan _transferring;

    /// <summary>Sends or fetches a file; the time counts also when it fails.</summary>
    public async Task<T> TransferAsync<T>(Func<Task<T>> transfer)
    {
        var start = time.GetTimestamp();
        try
        {
            return await transfer();
        }
        finally
        {
            _transferring += time.GetElapsedTime(start);
        }
    }

    /// <summary>What is known so far.</summary>
    /// <param name="expected">What the prompt was thought to take.</param>
    /// <param name="follower">Who followed it; null when it was not sent.</param>
    public GpuTime Read(ExpectedTime? expected, PromptFollower? follower)
    {
        var ran = follower?.Executed ?? TimeSpan.Zero;
        var waiting = TimeSpan.Zero;
        if (host is { TurnAt: { } turn, ReturnedAt: { } returned })
        {
            // The slot's time by one clock, the execution by another: both are durations. While prompts of others executed before it, the GPU did not wait for it.
            waiting = returned - turn - ran - (follower?.BehindOthers(turn, returned) ?? TimeSpan.Zero);
        }

        var loading = ExecutionSplit.Loading(ran.TotalSeconds, follower?.IsWhole ?? false, expected);
        return new GpuTime
        {
            Working = Math.Round(ran.TotalSeconds - loading, Milliseconds),
            Swapping = Math.Round(loading, Milliseconds),
            Waiting = Math.Round(Math.Max(0, waiting.TotalSeconds), Milliseconds),
            Transferring = Math.Round(_transferring.TotalSeconds, Milliseconds),
        };
    }
}
