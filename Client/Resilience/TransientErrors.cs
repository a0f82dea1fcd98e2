using System.Data.Common;

using Continuity.Pipelines;

using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Storage;

namespace Continuity.Client.Resilience;

/// <summary>Tells errors that pass, such as a silo that has just died, from errors that stay.</summary>
internal static class TransientErrors
{
    /// <summary>Whether the same call may succeed a moment later.</summary>
    public static bool IsTransient(Exception error) =>
        error is OrleansMessageRejectionException // includes SiloUnavailableException and GatewayTooBusyException
            or TimeoutException
            or ConnectionFailedException
            or EnumerationAbortedException
            or ClientNotAvailableException
            or StoreException { MayPass: true } // the farm's store, seen from a silo
            or InconsistentStateException // met an activation that a newer one has left behind; it ends, and the same operation finds the other
            or DbException { IsTransient: true } // the database that lists the gateways
        || error.GetType() == typeof(OrleansException); // what has no name of its own: a grain that was about to live on a silo which has just been found dead

    /// <summary>Whether the same call may succeed a moment later: as above, or its message was given up on the way, which Orleans tells as a cancellation.</summary>
    /// <param name="error">What the call ended with.</param>
    /// <param name="cancellationToken">The caller's: what it asked for is no error.</param>
    public static bool IsTransient(Exception error, CancellationToken cancellationToken) =>
        IsTransient(error) || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
