namespace Continuity.Client;

/// <summary>
/// The cluster did not answer within the deadline. A command may have been carried out all the same; repeating it with the same operation id is safe.
/// </summary>
public sealed class UnavailableException : ContinuityException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was tried, and for how long.</param>
    /// <param name="innerException">The last error.</param>
    public UnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
