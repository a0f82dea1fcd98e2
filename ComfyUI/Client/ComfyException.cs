namespace Continuity.ComfyUI.Client;

/// <summary>The root of the exceptions of this package.</summary>
public abstract class ComfyException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected, what was found, and what to do.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    protected ComfyException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>An instance does not answer, or the connection broke.</summary>
public sealed class ComfyUnreachableException : ComfyException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected, what was found, and what to do.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public ComfyUnreachableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>Something answered that does not behave like ComfyUI.</summary>
public sealed class ComfyProtocolException : ComfyException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected, what was found, and what to do.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public ComfyProtocolException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>An instance refused a request, such as an upload that is too large. Trying the same again cannot help.</summary>
public sealed class ComfyRefusedException : ComfyException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected, what was found, and what to do.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public ComfyRefusedException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>A file that a prompt saved is not there any more.</summary>
public sealed class ComfyFileMissingException : ComfyException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected, what was found, and what to do.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public ComfyFileMissingException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
