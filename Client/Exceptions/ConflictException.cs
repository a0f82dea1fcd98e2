namespace Continuity.Client;

/// <summary>The call does not fit the state of things: the id is taken, or a command does not suit the pipeline's status. Nothing changed.</summary>
public sealed class ConflictException : ContinuityException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Why not, and what would fit.</param>
    public ConflictException(string message)
        : base(message)
    {
    }
}
