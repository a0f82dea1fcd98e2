namespace Continuity.Grains.Artifacts;

/// <summary>The artifact store could not do what it was asked to. The message says where and what to do about it.</summary>
/// <param name="message">What happened, where, and what to do.</param>
/// <param name="innerException">What caused it, where something did.</param>
public class ArtifactStoreException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether something is wrong with one artifact. If not, it is the storage as a whole: what was asked for may succeed once that is mended.</summary>
    public virtual bool IsAboutOneArtifact => false;
}

/// <summary>The storage has no room left (or a quota is used up). Nothing of the artifact was kept.</summary>
/// <param name="message">What happened, where, and what to do.</param>
/// <param name="innerException">What caused it.</param>
public sealed class ArtifactStoreFullException(string message, Exception? innerException = null) : ArtifactStoreException(message, innerException);

/// <summary>The storage does not answer, or answers with a fault that passes. What was asked for may be tried again.</summary>
/// <param name="message">What happened, where, and what to do.</param>
/// <param name="innerException">What caused it.</param>
public sealed class ArtifactStoreUnavailableException(string message, Exception? innerException = null) : ArtifactStoreException(message, innerException);

/// <summary>The stored bytes are not those of the artifact any more. They are never served.</summary>
/// <param name="message">What was expected, what was found, and what to do.</param>
public sealed class ArtifactCorruptException(string message) : ArtifactStoreException(message)
{
    /// <inheritdoc/>
    public override bool IsAboutOneArtifact => true;
}

/// <summary>The store does not hold the artifact.</summary>
/// <param name="message">Which artifact, and where it was looked for.</param>
public sealed class ArtifactNotFoundException(string message) : ArtifactStoreException(message)
{
    /// <inheritdoc/>
    public override bool IsAboutOneArtifact => true;
}
