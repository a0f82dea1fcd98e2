namespace Continuity.Support;

/// <summary>How a private PostgreSQL server is to be.</summary>
public sealed class PostgresServerOptions
{
    /// <summary>The addresses that it listens on, the first one for our own connections. Default: loopback only.</summary>
    public IReadOnlyList<string> ListenAddresses { get; init; } = ["127.0.0.1"];

    /// <summary>Its port; <see langword="null"/> for a free one.</summary>
    public int? Port { get; init; }

    /// <summary>
    /// A folder that exists and that everybody may write to, for its files, such as a small disk; it is left to its owner. <see langword="null"/> for a
    /// temporary one.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>Whether a commit waits for the disk. Default <see langword="true"/>.</summary>
    public bool Fsync { get; init; } = true;

    /// <summary>More settings, as in <c>postgresql.conf</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
