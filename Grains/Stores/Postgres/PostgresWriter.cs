using System.Threading.Channels;

using Continuity.Pipelines;

using Npgsql;

namespace Continuity.Grains.Stores.Postgres;

/// <summary>
/// Writes changes in groups: each loop takes what waits into one transaction, and while that one is made durable the other loop collects the next. So one fsync
/// of the server serves many changes under load, and a single change goes out at once.
/// </summary>
internal sealed class PostgresWriter : IAsyncDisposable
{
    // More in one transaction would only add latency for the first one in it.
    private const int MaxBatch = 256;

    // Collisions end by themselves; so many in a row are something else.
    private const int MaxTries = 8;

    // Nobody waits any longer for what waited so long.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    private readonly Channel<PipelineChange> _waiting = Channel.CreateUnbounded<PipelineChange>();
    private readonly PostgresDatabase _database;
    private readonly TimeProvider _time;
    private readonly Task[] _loops;

    public PostgresWriter(PostgresDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
        _loops = [.. Enumerable.Range(0, PostgresDatabase.Writers).Select(_ => Task.Run(WriteLoopAsync))];
    }

    /// <summary>Writes a change durably, whole or not at all, whatever becomes of the others that are written with it.</summary>
    /// <returns><see langword="false"/> when another writer was faster.</returns>
    public Task<bool> WriteAsync(PipelineChange change, CancellationToken cancellationToken)
    {
        change.QueuedAt = _time.GetTimestamp();
        return _waiting.Writer.TryWrite(change)
            ? change.Done.WaitAsync(cancellationToken)
            : throw new ObjectDisposedException(nameof(PostgresWriter), $"The store {_database.Name} is closed.");
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await Task.WhenAll(_loops);
    }

    private async Task WriteLoopAsync()
    {
        var batch = new List<PipelineChange>(MaxBatch);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        PipelineChange? next = null;
        while (next is not null || await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            ids.Clear();
            while (batch.Count < MaxBatch && (next is not null || _waiting.Reader.TryRead(out next)))
            {
                // Two changes of one pipeline are rivals: the second waits until the first is decided.
                if (!ids.Add(next.Id))
                {
                    break;
                }

                batch.Add(next);
                next = null;
            }

            if (batch.Count > 0)
            {
                await CommitAsync(batch);
            }
        }
    }

    private async Task CommitAsync(IReadOnlyList<PipelineChange> batch)
    {
        try
        {
            var open = DropLate(batch);
            for (var tries = 1; open.Count > 0; tries++)
            {
                open = await TryAsync(open, tries);
            }
        }
        catch (Exception exception)
        {
            // Everybody is told; the loop goes on, on a fresh connection.
            foreach (var change in batch)
            {
                change.Fail(exception is StoreException ? exception : PostgresFaults.Explain(exception, _database.Name));
            }
        }
    }

    /// <summary>Tries once.</summary>
    /// <returns>What is to be tried again.</returns>
    private async Task<List<PipelineChange>> TryAsync(List<PipelineChange> changes, int tries)
    {
        try
        {
            if (await PipelineBatch.SendAsync(_database.Writes, changes, CancellationToken.None))
            {
                changes.ForEach(change => change.Finish(written: true));
                return [];
            }

            changes.FindAll(change => change.New is not null).ForEach(change => change.Finish(written: true));
            changes.RemoveAll(change => change.New is not null);
        }
        catch (Exception exception) when (PostgresFaults.IsCollision(exception) && tries < MaxTries)
        {
            return changes;
        }
        catch (Exception exception) when (PostgresFaults.IsDuplicate(exception) && tries < MaxTries)
        {
            // One of the new pipelines is there already.
        }
        catch (Exception exception) when (PostgresFaults.IsOfValues(exception) || PostgresFaults.IsLocked(exception))
        {
            await TryOneByOneAsync(changes, exception);
            return [];
        }

        return await DropLosersAsync(changes, tries);
    }

    private async Task TryOneByOneAsync(List<PipelineChange> changes, Exception exception)
    {
        if (changes.Count == 1)
        {
            changes[0].Fail(PostgresFaults.Explain(exception, _database.Name));
            return;
        }

        // Beside each other: the one that waits for a lock waits as long again, and the others have no time left for that.
        await Parallel.ForEachAsync(changes, new ParallelOptions { MaxDegreeOfParallelism = PostgresDatabase.Writers }, async (change, _) => await CommitAsync([change]));
    }

    private async Task<List<PipelineChange>> DropLosersAsync(List<PipelineChange> changes, int tries)
    {
        var versions = await PipelineReads.GetVersionsAsync(_database.Writes, [.. changes.Select(change => change.Id)], CancellationToken.None);
        var rest = new List<PipelineChange>();
        foreach (var change in changes)
        {
            var follows = versions.TryGetValue(change.Id, out var version) ? change.New is null && version == change.Version - 1 : change.New is not null;
            if (follows && tries < MaxTries)
            {
                rest.Add(change);
            }
            else
            {
                change.Finish(written: false);
            }
        }

        return rest;
    }

    private List<PipelineChange> DropLate(IReadOnlyList<PipelineChange> batch)
    {
        var kept = new List<PipelineChange>(batch.Count);
        foreach (var change in batch)
        {
            if (_time.GetElapsedTime(change.QueuedAt) < MaxWait)
            {
                kept.Add(change);
            }
            else
            {
                change.Fail(new StoreException($"The store {_database.Name} is too slow: a change waited for more than {MaxWait.TotalSeconds:0} s and was given up, unsent. It is tried again.", mayPass: true));
            }
        }

        return kept;
    }
}
