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

    private readonly Channel<Write> _writes = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = true });
    private readonly string _connectionString;
    private readonly string _path;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SqliteDatabase(string path)
    {
        _path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = _path, DefaultTimeout = BusyTimeoutSeconds, Pooling = true }.ToString();
        try
        {
            using var connection = Open();
            SqliteSchema.Apply(connection, _path);
        }
        catch (SqliteException exception)
        {
            throw Explain(exception);
        }

        _thread = new Thread(WriteLoop) { IsBackground = true, Name = "sqlite-writer" };
        _thread.Start();
    }

    /// <summary>Runs a change durably. It either happens whole or not at all, and other changes in the same batch do not depend on it.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> body, CancellationToken cancellationToken)
    {
        var write = new Write(connection => body(connection));
        if (!_writes.Writer.TryWrite(write))
        {
            throw new ObjectDisposedException(nameof(SqliteDatabase), $"The store {_path} is closed.");
        }

        return (T)(await write.Done.Task.WaitAsync(cancellationToken))!;
    }

    public Task<T> ReadAsync<T>(Func<SqliteConnection, T> body, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                using var connection = Open();
                return body(connection);
            }
            catch (SqliteException exception)
            {
                throw Explain(exception);
            }
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_writes.Writer.TryComplete())
        {
            await _stopped.Task;
            SqliteConnection.ClearPool(new SqliteConnection(_connectionString));
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();

        // journal_mode stays in the file, the rest belongs to the connection. FULL: a commit survives a power cut, not only the death of the process.
        connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
        return connection;
    }

    private void WriteLoop()
    {
        SqliteConnection? connection = null;
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
                    connection ??= Open();
                    Commit(connection, batch);
                }
                catch (Exception exception) when (exception is SqliteException or IOException or InvalidOperationException)
                {
                    // The whole batch is rolled back: everybody in it is told, and a fresh connection is used from here on.
                    connection?.Dispose();
                    connection = null;
                    foreach (var write in batch)
                    {
                        write.Fail(exception is SqliteException sqlite ? Explain(sqlite) : exception);
                    }
                }
            }
        }
        finally
        {
            connection?.Dispose();
            _stopped.TrySetResult();
        }
    }

    private static void Commit(SqliteConnection connection, List<Write> batch)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var write in batch)
        {
            connection.Execute("SAVEPOINT change");
            try
            {
                write.Run(connection);
            }
            catch (SqliteException exception) when (exception.SqliteErrorCode == SQLitePCL.raw.SQLITE_CONSTRAINT)
            {
                // Only this change is wrong; the others in the batch go on.
                connection.Execute("ROLLBACK TO change");
                write.Error = exception;
            }

            connection.Execute("RELEASE change");
        }

        transaction.Commit();
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

    private sealed class Write(Func<SqliteConnection, object?> body)
    {
        private object? _result;

        public TaskCompletionSource<object?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Exception? Error { get; set; }

        public void Run(SqliteConnection connection) => _result = body(connection);

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
