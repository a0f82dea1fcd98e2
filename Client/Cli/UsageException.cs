namespace Continuity.Cli;

/// <summary>What was asked for cannot be done as it was asked; the message says what would work.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>No GPU can run some of the tasks that were asked for.</summary>
internal sealed class ImpossibleException(IReadOnlyList<string> lines) : Exception(string.Join(Environment.NewLine, lines))
{
    /// <summary>What is missing where.</summary>
    public IReadOnlyList<string> Lines { get; } = lines;
}
