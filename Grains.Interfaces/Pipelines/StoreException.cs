namespace Continuity.Pipelines;

/// <summary>
/// The store cannot be used: the message says which one and what to do. Whether a change that was under way is kept is not known; repeat the command with the
/// same operation id, or read what is there.
/// </summary>
[GenerateSerializer, Alias("continuity.store-exception")]
public sealed class StoreException : Exception
{
    /// <summary>Makes an error of the store.</summary>
    /// <param name="message">Which store, what happened, and what to do.</param>
    /// <param name="mayPass">Whether the same call may succeed a moment later.</param>
    /// <param name="cause">The cause. Kept as text: a database's own exceptions cannot travel to a client that does not have its driver.</param>
    public StoreException(string message, bool mayPass, Exception? cause = null)
        : base(message) => (MayPass, Cause) = (mayPass, cause?.ToString());

    /// <summary>
    /// Whether the same call may succeed a moment later: the connection is lost, the store is busy or restarts. <see langword="false"/> when a person must act
    /// first: the disk is full, the store is damaged or refuses us.
    /// </summary>
    [Id(0)]
    public bool MayPass { get; private set; }

    /// <summary>The cause in full, for logs; <see langword="null"/> where there is none.</summary>
    [Id(1)]
    public string? Cause { get; private set; }

    /// <inheritdoc/>
    public override string ToString() => Cause is null ? base.ToString() : $"{base.ToString()}{Environment.NewLine}Cause: {Cause}";
}
