using System.Data.Common;

using Continuity.Pipelines;

using Orleans.Runtime;
using Orleans.Runtime.Messaging;

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
            or DbException { IsTransient: true }; // the database that lists the gateways
}
