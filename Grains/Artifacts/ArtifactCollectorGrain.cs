using Continuity.Artifacts;

using Microsoft.Extensions.Logging;

namespace Continuity.Grains.Artifacts;

/// <summary>Does one run of the garbage collection at a time, in the background. Remembers the last one only.</summary>
internal sealed partial class ArtifactCollectorGrain(ArtifactCollector collector, TimeProvider time, ILogger<ArtifactCollectorGrain> logger)
    : Grain, IArtifactCollectorGrain, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private volatile ArtifactCollection? _run;
    private Task _running = Task.CompletedTask;
    private IGrainTimer? _keepAlive;

    public Task<ArtifactCollection> StartAsync(Guid operationId, bool dryRun, TimeSpan olderThan)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(olderThan, TimeSpan.FromHours(IArtifactCollectorGrain.LeastHours));
        if (_run is { } last && (last.OperationId == operationId || last.EndedAt is null))
        {
            return Task.FromResult(last);
        }

        var run = new ArtifactCollection(operationId, dryRun, olderThan, time.GetUtcNow());
        _run = run;
        _keepAlive ??= this.RegisterGrainTimer(
            _ => Task.CompletedTask,
            new GrainTimerCreationOptions { DueTime = TimeSpan.FromSeconds(10), Period = TimeSpan.FromSeconds(10), KeepAlive = true, Interleave = true });
        _running = RunAsync(run);
        return Task.FromResult(run);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync(ArtifactCollection run)
    {
        // Off the caller's turn, but on this grain's scheduler.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        try
        {
            run = await collector.RunAsync(run, sofar => _run = sofar, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The grain moves; whoever wants the run starts it there.
            return;
        }
        catch (Exception exception)
        {
            // A fault of ours must end the run, not leave it hanging.
            run = (_run ?? run) with { EndedAt = time.GetUtcNow(), Error = $"Unexpected {exception.GetType().Name}: {exception.Message}" };
        }

        _run = run;
        if (run.Error is { } error)
        {
            LogFailed(error);
        }
        else if (!run.DryRun)
        {
            LogCollected(run.Deleted, run.DeletedBytes, run.Examined);
        }

        _keepAlive?.Dispose();
        _keepAlive = null;
    }

    [LoggerMessage(6001, LogLevel.Information, "{Deleted} artifacts ({DeletedBytes} bytes) of {Examined} were used by no pipeline and are deleted.")]
    private partial void LogCollected(long deleted, long deletedBytes, long examined);

    [LoggerMessage(6002, LogLevel.Warning, "The garbage collection of artifacts ended early: {Error}")]
    private partial void LogFailed(string error);
}
