namespace Continuity.Client;

/// <summary>A transferred file is not what its hash says. Nothing was kept of it.</summary>
public sealed class CorruptArtifactException : ContinuityException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which file, what was expected and what was found.</param>
    public CorruptArtifactException(string message)
        : base(message)
    {
    }
}
