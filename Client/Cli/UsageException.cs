namespace Continuity.Cli;

/// <summary>What was asked for cannot be done as it was asked; the message says what would work.</summary>
internal sealed class UsageException(string message) : Exception(message);
