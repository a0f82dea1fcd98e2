using Continuity.Grains.Artifacts;
using Continuity.Grains.Stores;

namespace Continuity.Silo.Health;

/// <summary>Really writes, because only that proves that one can write; not more than once in a moment however many ask.</summary>
internal sealed class WriteProbe(IPipelineStore store, IArtifactStore artifacts, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Probe _store = new(store.ProbeWriteAsync, time);
    private readonly Probe _artifacts = new(artifacts.ProbeWriteAsync, time);

    public Task StoreAsync(CancellationToken cancellationToken) => _store.RunAsync(cancellationToken);

    public Task ArtifactsAsync(CancellationToken cancellationToken) => _artifacts.RunAsync(cancellationToken);

    private sealed class Probe(Func<CancellationToken, Task> write, TimeProvider time)
    {
        private readonly Lock _lock = new();
        private Task _last = Task.CompletedTask;
        private long? _startedAt;

        public Task RunAsync(CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                if (_startedAt is not { } at || (_last.IsCompleted && time.GetElapsedTime(at) > Fresh))
                {
                    // For all who ask, so that no single one can cancel it.
                    (_startedAt, _last) = (time.GetTimestamp(), write(CancellationToken.None));
                }

                return _last.WaitAsync(cancellationToken);
            }
        }
    }
}
