using Continuity.Grains.Hosting;

using Polly;
using Polly.Retry;

namespace Continuity.Grains.Tasks;

/// <summary>
/// Repeats a call to a grain until it is answered: a result must be recorded even when the pipeline's silo dies, or its store is full, in that moment. Every
/// such call is idempotent.
/// </summary>
internal sealed class Persistently(TimeProvider time)
{
    private readonly ResiliencePipeline _retry = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(CallFaults.MayPass),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromSeconds(5),
        })
        .Build();

    public async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // Nearly every call is answered at once, and needs none of the rest.
            return await call();
        }
        catch (Exception exception) when (CallFaults.MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            return await RepeatAsync(call, cancellationToken);
        }
    }

    private async Task<T> RepeatAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        // Stays on the grain's scheduler: Polly keeps the context when asked to.
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, cancellationToken);
        try
        {
            return await _retry.ExecuteAsync(static async (_, call) => await call(), context, call);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }
}
