namespace Continuity.Client;

/// <summary>
/// Root of what the client throws when a call could not do what it says: the message tells what was expected, what was found and what to do.
/// Cancellation is an <see cref="OperationCanceledException"/> as everywhere.
/// </summary>
public abstract class ContinuityException : Exception
{
    private protected ContinuityException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
