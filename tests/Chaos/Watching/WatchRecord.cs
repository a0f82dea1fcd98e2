using System.Collections.Immutable;

using Continuity.Client;
using Continuity.Pipelines;

namespace Continuity.Chaos.Watching;

/// <summary>What an SDK watcher saw of a pipeline, and when.</summary>
public sealed class WatchRecord
{
    private readonly Lock _lock = new();
    private readonly List<Sight> _sights = [];

    private WatchRecord()
    {
    }

    /// <summary>Ends when the watch does, however it does.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Why the watch broke off; <see langword="null"/> when it did not.</summary>
    public Exception? Error { get; private set; }

    /// <summary>All it saw so far.</summary>
    public ImmutableArray<Sight> Sights
    {
        get
        {
            lock (_lock)
            {
                return [.. _sights];
            }
        }
    }

    /// <summary>Follows a pipeline to its end.</summary>
    public static WatchRecord Follow(ContinuityClient client, PipelineId id, CancellationToken cancellationToken)
    {
        var record = new WatchRecord();
        record.Completion = record.RunAsync(client, id, cancellationToken);
        return record;
    }

    /// <summary>A record of what was seen, for tests of those who read it.</summary>
    public static WatchRecord Of(params IEnumerable<Sight> sights)
    {
        var record = new WatchRecord();
        record._sights.AddRange(sights);
        return record;
    }

    private async Task RunAsync(ContinuityClient client, PipelineId id, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var update in client.WatchAsync(id, 0, cancellationToken))
            {
                lock (_lock)
                {
                    _sights.Add(new Sight(TimeProvider.System.GetUtcNow(), update.Summary.Version, update.Summary.Status));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The test has given up: what was seen so far is in the record.
        }
        catch (Exception exception)
        {
            // Whatever it is, it is a finding for whoever reads the record.
            Error = exception;
        }
    }
}

/// <summary>One update that a watcher got.</summary>
/// <param name="At">When.</param>
/// <param name="Version">The pipeline's version in it.</param>
/// <param name="Status">The pipeline's status in it.</param>
public sealed record Sight(DateTimeOffset At, long Version, PipelineStatus Status);
