namespace Continuity.Projects;

/// <summary>Reads project files of any size in bounded memory: pictures and videos go to a sink as they are decoded, what cannot be used is skipped.</summary>
public static class ProjectReader
{
    /// <summary>Reads a project.</summary>
    /// <param name="json">The file, UTF-8 with or without a byte order mark; read to its end, not closed.</param>
    /// <param name="sink">Where its media goes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The project, or every fault at once.</returns>
    public static Task<ProjectReadResult> ReadAsync(Stream json, IMediaSink sink, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

/// <summary>Reads a stand-alone settings file (<c>localGenSettings.json</c>).</summary>
public static class LocalGenSettingsReader
{
    /// <summary>Reads settings.</summary>
    /// <param name="json">The file, UTF-8 with or without a byte order mark, 64 MB at the most; not closed.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The settings, or every fault at once.</returns>
    public static Task<SettingsReadResult> ReadAsync(Stream json, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
