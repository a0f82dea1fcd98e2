using Continuity.Pipelines;

namespace Continuity.Grains.Hosting;

/// <summary>Tells faults of the way to a grain from faults of what was asked of it.</summary>
internal static class CallFaults
{
    /// <summary>
    /// Whether the same call may succeed a moment later: its silo has gone or is going, the store behind it is away, or the message was given up on its way, which
    /// Orleans tells as a cancellation that nobody asked for.
    /// </summary>
    /// <param name="exception">What the call ended with.</param>
    public static bool MayPass(Exception exception) => exception is OrleansException or TimeoutException or StoreException or OperationCanceledException;
}
