using System.Collections.Concurrent;
using System.Threading.Channels;

using Continuity.Pipelines;

using Microsoft.Data.Sqlite;

namespace Continuity.Grains.Stores.Sqlite;

/// <summary>
/// One SQLite file with one writer thread. Writers queue; the thread takes all that wait into one transaction and one fsync (group commit), so that durability
/// costs nothing extra under load. Readers use connections of their own and never wait for the writer (WAL).
/// </summary>
internal sealed class SqliteDatabase : IAsyncDisposable
{
    // More in one transaction would only add latency for the first one in it.
    private const int MaxBatch = 256;

    // Another process that holds the file for longer is at fault; queued writes must not be applied long after their callers gave up.
    private const int BusyTimeoutSeconds = 5;

    // More that read at the same time open, and close, a connection of their own.
    private const int MaxIdleReaders = 8;

    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly Channel<Write> _writes = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = true });
    private readonly string _connectionString;
    private readonly string _path;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SqliteDatabase(string path)
    {
        _path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = _path, DefaultTimeout = BusyTimeoutSeconds, Pooling = false }.ToString();
        try
        {
            using var session = Open();
            SqliteSchema.Apply(session, _path);
        }
        catch (SqliteException exception)
        {
            throw Explain(exception);
        }

        _thread = new Thread(WriteLoop) { IsBackground = true, Name = "sqlite-writer" };
        _thread.Start();
    }

    /// <summary>Runs a change durably. It either happens whole or not at all, and other changes in the same batch do not depend on it.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteSession, T> body, CancellationToken cancellationToken)
    {
        var write = new Write(session => body(session));
        if (!_writes.Writer.TryWrite(write))
        {
            throw new ObjectDisposedException(nameof(SqliteDatabase), $"The store {_path} is closed.");
        }

        return (T)(await write.Done.Task.WaitAsync(cancellationToken))!;
    }

    public Task<T> ReadAsync<T>(Func<SqliteSession, T> body, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            SqliteSession? session = null;
            try
            {
                session = _readers.TryTake(out var idle) ? idle : Open();
                var result = body(session);
                GiveBack(session);
                return result;
            }
            catch (Exception exception)
            {
                session?.Dispose();
                throw exception is SqliteException sqlite ? Explain(sqlite) : exception;
            }
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_writes.Writer.TryComplete())
        {
            await _stopped.Task;
            CloseReaders();
        }
    }

    private void CloseReaders()
    {
        while (_readers.TryTake(out var session))
        {
            session.Dispose();
        }
    }

    private SqliteSession Open()
    {
        var session = new SqliteSession(_connectionString);

        // journal_mode stays in the file, the rest belongs to the connection. FULL: a commit survives a power cut, not only the death of the process.
        try
        {
            session.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private void GiveBack(SqliteSession session)
    {
        if (_readers.Count < MaxIdleReaders)
        {
            _readers.Add(session);
        }
        else
        {
            session.Dispose();
        }

        // Closed meanwhile, or just now.
        if (_stopped.Task.IsCompleted)
        {
            CloseReaders();
        }
    }

    private void WriteLoop()
    {
        SqliteSession? session = null;
        try
        {
            var batch = new List<Write>(MaxBatch);
            while (_writes.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                batch.Clear();
                while (batch.Count < MaxBatch && _writes.Reader.TryRead(out var write))
                {
                    batch.Add(write);
                }

                try
                {
                    session ??= Open();
                    Commit(session, batch);
                }
                catch (Exception exception) when (exception is SqliteException or IOException or InvalidOperationException)
                {
                    // The whole batch is rolled back: everybody in it is told, and a fresh connection is used from here on.
                    session?.Dispose();
                    session = null;
                    foreach (var write in batch)
                    {
                        write.Fail(exception is SqliteException sqlite ? Explain(sqlite) : exception);
                    }
                }
            }
        }
        finally
        {
            session?.Dispose();
            _stopped.TrySetResult();
        }
    }

    private static void Commit(SqliteSession session, List<Write> batch)
    {
        session.Transact("BEGIN IMMEDIATE", _ =>
        {
            foreach (var write in batch)
            {
                session.Execute("SAVEPOINT change");
                try
                {
                    write.Run(session);
                }
                catch (SqliteException exception) when (exception.SqliteErrorCode == SQLitePCL.raw.SQLITE_CONSTRAINT)
                {
                    // Only this change is wrong; the others in the batch go on.
                    session.Execute("ROLLBACK TO change");
                    write.Error = exception;
                }

                session.Execute("RELEASE change");
            }

            return batch.Count;
        });
        foreach (var write in batch)
        {
            write.Finish();
        }
    }

    private StoreException Explain(SqliteException exception) => new(
        exception.SqliteErrorCode switch
        {
            SQLitePCL.raw.SQLITE_FULL => $"The disk that holds the store {_path} is full. Free some space, then resume.",
            SQLitePCL.raw.SQLITE_BUSY => $"The store {_path} is locked by another program for more than {BusyTimeoutSeconds} s. Close that program, then try again.",
            SQLitePCL.raw.SQLITE_READONLY => $"The store {_path} cannot be written. Check the permissions of the file and its folder.",
            SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB => $"The store {_path} is damaged ({exception.Message}). Restore it from a backup.",
            _ => $"The store {_path} failed: {exception.Message}",
        },
        mayPass: exception.SqliteErrorCode is SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED,
        exception);

    private sealed class Write(Func<SqliteSession, object?> body)
    {
        private object? _result;

        public TaskCompletionSource<object?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Exception? Error { get; set; }

        public void Run(SqliteSession session) => _result = body(session);

        public void Fail(Exception exception) => Done.TrySetException(exception);

        public void Finish()
        {
            if (Error is null)
            {
                Done.TrySetResult(_result);
            }
            else
            {
                Done.TrySetException(Error);
            }
        }
    }
}
