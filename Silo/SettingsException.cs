namespace Continuity.Silo;

/// <summary>The server cannot start as it is set up. The message says what is wrong, where, and how to mend it.</summary>
internal sealed class SettingsException(string message) : Exception(message);
