using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Continuity.Client.Resilience;

/// <summary>Repeats a call after transient errors until it succeeds or the deadline passes. Only for calls that may be repeated.</summary>
internal sealed class RetryingCalls
{
    // The first pause is shorter than the time in which a killed silo is noticed (1.3 s measured with tuned membership), the longest about as long.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1.5);

    private readonly ResiliencePipeline _pipeline;
    private readonly TimeSpan _deadline;

    public RetryingCalls(TimeSpan deadline, TimeProvider timeProvider)
    {
        _deadline = deadline;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = timeProvider }
            .AddTimeout(deadline)
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = static tried => ValueTask.FromResult(tried.Outcome.Exception is { } error && TransientErrors.IsTransient(error, tried.Context.CancellationToken)),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = FirstPause,
                MaxDelay = LongestPause,
                UseJitter = true,
            })
            .Build();
    }

    /// <summary>Runs a call.</summary>
    /// <param name="what">What it does, for the message when it is given up, such as "pause pipeline x".</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Ends the tries.</param>
    /// <exception cref="UnavailableException">The deadline passed.</exception>
    public async Task<T> RunAsync<T>(string what, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        Exception? last = null;
        try
        {
            return await _pipeline.ExecuteAsync(
                async token =>
                {
                    try
                    {
                        return await call().WaitAsync(token);
                    }
                    catch (Exception error) when (TransientErrors.IsTransient(error, token)) // remembered for the message, then left to the strategy
                    {
                        last = error;
                        throw;
                    }
                },
                cancellationToken);
        }
        catch (TimeoutRejectedException)
        {
            throw new UnavailableException(
                $"Could not {what}: no answer within {_deadline.TotalSeconds:0.#} s{(last is null ? "" : $" ({last.Message})")}. Check that the cluster runs, then try again.",
                last);
        }
    }

    /// <summary>Runs a call that answers nothing.</summary>
    public Task RunAsync(string what, Func<Task> call, CancellationToken cancellationToken) => RunAsync(
        what,
        async () =>
        {
            await call();
            return true;
        },
        cancellationToken);
}
