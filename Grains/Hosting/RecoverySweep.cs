using System.Collections.Concurrent;

using Continuity.Grains.Pipelines;
using Continuity.Grains.Stores;
using Continuity.Pipelines;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Continuity.Grains.Hosting;

/// <summary>
/// Wakes the grains of pipelines that are at no end: after a start, at intervals, and at once when a silo has gone. Then it also has them look again for what
/// that silo may have held of them: tasks, slots, tickets; and once more a while later, since one that was found dead may have lived on for a moment. Waking one
/// that lives costs one call.
/// </summary>
internal sealed partial class RecoverySweep(
    IPipelineStore store,
    DrivenPipelines driven,
    SiloShare share,
    ISiloStatusOracle silos,
    FarmGrains grains,
    IOptions<ContinuityOptions> options,
    TimeProvider time,
    ILogger<RecoverySweep> logger) : BackgroundService, ISiloStatusListener
{
    // Activations of many pipelines overlap; one that waits for a silo that has just died holds up no other.
    private const int Parallel = 32;

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    // One that was found dead ends when it reads so itself, every 5 s; until then it takes work that nobody would look after for a minute.
    private static readonly TimeSpan Afterlife = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _signal = new(0);

    // Told once, not with every sweep.
    private readonly ConcurrentDictionary<PipelineId, bool> _unwakeable = new();
    private volatile bool _siloGone;
    private volatile bool _mayLiveOn;
    private long _goneAt;

    private TimeSpan LeftOfAfterlife => Afterlife - time.GetElapsedTime(Volatile.Read(ref _goneAt));

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status is SiloStatus.Dead && !updatedSilo.Equals(silos.SiloAddress))
        {
            Volatile.Write(ref _goneAt, time.GetTimestamp());
            _siloGone = _mayLiveOn = true;
            _signal.Release();
        }
    }

    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    /// <summary>Sweeps now, for a grain's reminder.</summary>
    public void Trigger() => _signal.Release();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        silos.SubscribeToSiloStatusEvents(this);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var lookAgain = IsAfterlifeOver() || _siloGone;
                _siloGone = false;
                var done = await SweepAsync(lookAgain, stoppingToken);
                if (!done)
                {
                    _siloGone |= lookAgain;
                }

                await WaitAsync(done ? options.Value.SweepInterval : Again, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo ends.
        }
        finally
        {
            silos.UnSubscribeFromSiloStatusEvents(this);
        }
    }

    // Whoever goes meanwhile sets both anew, after the flag was taken down here: it is not missed.
    private bool IsAfterlifeOver()
    {
        if (!_mayLiveOn)
        {
            return false;
        }

        _mayLiveOn = false;
        var isOver = LeftOfAfterlife <= TimeSpan.Zero;
        _mayLiveOn |= !isOver;
        return isOver;
    }

    private async Task WaitAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        if (_mayLiveOn && LeftOfAfterlife is var left && left < interval)
        {
            interval = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }

        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_signal.WaitAsync(wait.Token), Task.Delay(interval, time, wait.Token));
        await wait.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<bool> SweepAsync(bool lookAgain, CancellationToken cancellationToken)
    {
        if (!driven.All && driven.Commanded.Count == 0)
        {
            return true;
        }

        try
        {
            // What a dead silo held is looked for by all: a share that falls to a silo which has just come, and knows of no death, would be looked after by none.
            var mine = lookAgain ? _ => true : share.Current();
            var failed = 0;
            var unfinished = (await store.ListUnfinishedAsync(cancellationToken)).Where(id => driven.Contains(id) && mine(id));
            await System.Threading.Tasks.Parallel.ForEachAsync(unfinished, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken }, async (id, _) =>
            {
                try
                {
                    var pipeline = grains.Pipeline(id);
                    await (lookAgain ? pipeline.LookAgainAsync() : pipeline.WakeAsync());
                }
                catch (Exception exception) when (CallFaults.MayPass(exception) && exception is not StoreException { MayPass: false })
                {
                    Interlocked.Increment(ref failed);
                    LogNotWoken(exception, id);
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    // One that cannot live here holds up no other, and ends no silo.
                    if (_unwakeable.TryAdd(id, true))
                    {
                        LogUnwakeable(exception, id);
                    }
                }
            });
            return failed == 0;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A sweep that ended this service would end the silo.
            LogFailed(exception);
            return false;
        }
    }

    [LoggerMessage(4001, LogLevel.Warning, "The recovery sweep failed; it is tried again.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(4007, LogLevel.Error, "Pipeline {PipelineId} cannot be taken up here, and stands still until that is mended.")]
    private partial void LogUnwakeable(Exception exception, PipelineId pipelineId);

    [LoggerMessage(4003, LogLevel.Debug, "Pipeline {PipelineId} could not be woken; it is tried again.")]
    private partial void LogNotWoken(Exception exception, PipelineId pipelineId);
}
