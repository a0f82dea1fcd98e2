namespace Continuity.Chaos.Processes;

/// <summary>How a program of ours is started.</summary>
/// <param name="Assembly">File name of its assembly, which lies beside this one; or the path of a program that brings its own runtime.</param>
/// <param name="Folder">Working and temporary folder.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record ProgramStart(string Assembly, string Folder, IEnumerable<string> Arguments)
{
    /// <summary>The network namespace it lives in; <see langword="null"/> for the test's own.</summary>
    public string? Namespace { get; init; }

    /// <summary>A file that gets all it says; <see langword="null"/> for none.</summary>
    public string? LogPath { get; init; }

    /// <summary>Environment variables on top of the test's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
