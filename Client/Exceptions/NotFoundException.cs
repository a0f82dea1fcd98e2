namespace Continuity.Client;

/// <summary>There is no such pipeline, task or artifact.</summary>
public sealed class NotFoundException : ContinuityException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was asked for.</param>
    public NotFoundException(string message)
        : base(message)
    {
    }
}
