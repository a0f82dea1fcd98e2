using System.Threading.Channels;

using Continuity.Pipelines;

using Microsoft.Extensions.DependencyInjection;

using Orleans.Streams;

namespace Continuity.Grains.Pipelines;

/// <summary>
/// Publishes the events of a silo's pipelines on the live feed, each pipeline's in order, without holding up its grain. What comes within a moment goes out
/// together: a call for every event would cost more than the event. The feed is for people: a failure only loses events.
/// </summary>
internal sealed class FeedPublisher : IAsyncDisposable
{
    // Beyond this the feed is too slow for its use; newer events are dropped, and readers see the gap in the versions.
    private const int MaxWaiting = 10_000;
    private const int MaxBatch = 500;

    // Nobody sees that much delay.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    private readonly Channel<PipelineFeedEvent> _waiting =
        Channel.CreateBounded<PipelineFeedEvent>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly CancellationTokenSource _stop = new();
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;
    private readonly Task _loop;

    public FeedPublisher(IServiceProvider services, TimeProvider time)
    {
        (_services, _time) = (services, time);

        // Made by the first grain that needs it, and not to run on that grain's scheduler.
        _loop = Task.Run(PublishAsync);
    }

    public void Publish(PipelineFeedEvent item) => _waiting.Writer.TryWrite(item);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task PublishAsync()
    {
        var stream = _services.GetRequiredKeyedService<IStreamProvider>(PipelineFeed.Provider)
            .GetStream<PipelineFeedEvent>(StreamId.Create(PipelineFeed.Namespace, PipelineFeed.AllKey));
        while (await _waiting.Reader.WaitToReadAsync(_stop.Token))
        {
            await Task.Delay(Moment, _time, _stop.Token);
            var batch = new List<PipelineFeedEvent>();
            while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var item))
            {
                batch.Add(item);
            }

            try
            {
                await stream.OnNextBatchAsync(batch);
            }
            catch (Exception)
            {
                // Lost for those who look on, whatever the reason: the versions tell them, and nothing else may suffer.
            }
        }
    }
}
