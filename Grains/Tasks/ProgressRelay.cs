using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>
/// Tells a pipeline what its attempt does, one call at a time: what is outdated before it could be told is left out. So a pipeline under load hears less often, and never of the past.
/// Reports come from any thread.
/// </summary>
internal sealed class ProgressRelay(IPipelineTasks pipeline)
{
    private readonly Lock _lock = new();
    private TaskProgress? _next;
    private bool _isTelling;

    /// <summary>Tells it soon, unless something newer comes first.</summary>
    public void Report(TaskProgress progress)
    {
        lock (_lock)
        {
            _next = progress;
            if (_isTelling)
            {
                return;
            }

            _isTelling = true;
        }

        _ = TellAsync();
    }

    private async Task TellAsync()
    {
        while (TakeNext() is { } progress)
        {
            // Progress is for people: whatever became of one report, the next one tells more.
            await pipeline.ReportProgressAsync(progress).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TaskProgress? TakeNext()
    {
        lock (_lock)
        {
            var next = _next;
            (_next, _isTelling) = (null, next is not null);
            return next;
        }
    }
}
