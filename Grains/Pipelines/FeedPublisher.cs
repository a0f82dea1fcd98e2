using Continuity.Pipelines;

using Orleans.Streams;

namespace Continuity.Grains.Pipelines;

/// <summary>Publishes a pipeline's events on the live feed, in order and in batches, without holding up the grain. The feed is for people: a failure only loses events.</summary>
internal sealed class FeedPublisher(IStreamProvider provider)
{
    // Beyond this the feed is too slow for its use; newer events are dropped, and readers see the gap in the versions.
    private const int MaxWaiting = 10_000;

    private readonly IAsyncStream<PipelineFeedEvent> _stream = provider.GetStream<PipelineFeedEvent>(StreamId.Create(PipelineFeed.Namespace, PipelineFeed.AllKey));
    private List<PipelineFeedEvent> _waiting = [];
    private bool _publishing;

    public void Publish(PipelineFeedEvent item)
    {
        if (_waiting.Count < MaxWaiting)
        {
            _waiting.Add(item);
        }

        if (!_publishing)
        {
            _publishing = true;
            _ = PublishAsync();
        }
    }

    private async Task PublishAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        while (_waiting.Count > 0)
        {
            var batch = _waiting;
            _waiting = [];
            try
            {
                await _stream.OnNextBatchAsync(batch);
            }
            catch (Exception)
            {
                // Lost for those who look on, whatever the reason: the versions tell them, and nothing else may suffer.
            }
        }

        _publishing = false;
    }
}
