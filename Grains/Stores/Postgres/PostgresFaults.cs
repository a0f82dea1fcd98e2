using System.Net.Sockets;

using Continuity.Pipelines;

using Npgsql;

namespace Continuity.Grains.Stores.Postgres;

/// <summary>Says what went wrong with a database, and whether it passes.</summary>
internal static class PostgresFaults
{
    public static bool IsOfStore(Exception exception) => exception is NpgsqlException or SocketException or TimeoutException or IOException;

    /// <summary>Another transaction was in the way; the same one succeeds when it is repeated.</summary>
    public static bool IsCollision(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };

    public static bool IsDuplicate(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    /// <summary>One of the rows is locked by somebody else; those of other changes need not be.</summary>
    public static bool IsLocked(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable };

    /// <summary>The values are at fault, not the database: another change may well succeed.</summary>
    public static bool IsOfValues(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState[..2] is "22" or "23" or "54",
        NpgsqlException or SocketException or TimeoutException or IOException or OperationCanceledException => false,
        _ => true,
    };

    public static StoreException Explain(Exception exception, string database)
    {
        var (what, mayPass) = exception is PostgresException postgres ? Describe(postgres) : Describe(exception);
        return new StoreException($"The store {database} {what}", mayPass, exception);
    }

    private static (string What, bool MayPass) Describe(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.DiskFull => ("has no disk space left. Free some space on its server, then resume.", false),
        PostgresErrorCodes.OutOfMemory or PostgresErrorCodes.ConfigurationLimitExceeded => ($"is short of memory: {exception.MessageText}. It is tried again.", true),
        PostgresErrorCodes.TooManyConnections => ("takes no more connections. Raise max_connections of its server, or stop what else uses it; it is tried again.", true),
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
            ($"is being restarted ({exception.MessageText}). It is tried again.", true),
        PostgresErrorCodes.ReadOnlySqlTransaction => ("can only be read: it is a standby, or is set so. Name the primary in the connection string; it is tried again.", true),
        PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable => ("took too long and the statement was cancelled. It is tried again.", true),
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure => ("is too busy with other changes of the same rows. It is tried again.", true),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => ("refuses the user or the password. Check both in the connection string.", false),
        PostgresErrorCodes.InvalidCatalogName => ("does not exist. Create it (createdb), or name another one in the connection string.", false),
        PostgresErrorCodes.InsufficientPrivilege => ($"does not let this user do it ({exception.MessageText}). Make the user the owner of the database.", false),
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
            ($"lacks what this program expects ({exception.MessageText}). Start one silo of this version first: it brings the tables up to date.", false),
        PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted or PostgresErrorCodes.IoError =>
            ($"is damaged ({exception.MessageText}). Look at its server's log, and restore it from a backup.", false),
        _ => ($"failed: {exception.MessageText} ({exception.SqlState})", exception.IsTransient),
    };

    private static (string What, bool MayPass) Describe(Exception exception) => exception switch
    {
        TimeoutException or { InnerException: TimeoutException } => ("did not answer in time. Check that its server is up and can be reached; it is tried again.", true),
        NpgsqlException or SocketException or IOException =>
            ($"cannot be reached: {(exception.InnerException ?? exception).Message}. Check that its server is up and can be reached; it is tried again.", true),
        _ => ($"refused a record: {exception.Message}", false),
    };
}
