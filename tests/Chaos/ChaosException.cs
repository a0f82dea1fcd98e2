namespace Continuity.Chaos;

/// <summary>Something of the test's own surroundings did not do as it was told. The message says what it was, and what it said.</summary>
/// <param name="message">What happened.</param>
/// <param name="innerException">The cause, where there is one.</param>
public sealed class ChaosException(string message, Exception? innerException = null) : Exception(message, innerException);
