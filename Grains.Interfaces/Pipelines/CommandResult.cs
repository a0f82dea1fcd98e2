namespace Continuity.Pipelines;

/// <summary>The answer to a command on a pipeline.</summary>
[GenerateSerializer, Immutable, Alias("continuity.command-result")]
public abstract record CommandResult
{
    private CommandResult()
    {
    }

    /// <summary>The command is recorded durably, or there was nothing left to do.</summary>
    /// <param name="Summary">The pipeline after it.</param>
    [GenerateSerializer, Immutable, Alias("continuity.command-done")]
    public sealed record Done([property: Id(0)] PipelineSummary Summary) : CommandResult;

    /// <summary>There is no such pipeline or task.</summary>
    /// <param name="Message">Which one, in words.</param>
    [GenerateSerializer, Immutable, Alias("continuity.command-not-found")]
    public sealed record NotFound([property: Id(0)] string Message) : CommandResult;

    /// <summary>The command does not fit the pipeline's state; nothing changed.</summary>
    /// <param name="Message">Why, and what would fit.</param>
    [GenerateSerializer, Immutable, Alias("continuity.command-rejected")]
    public sealed record Rejected([property: Id(0)] string Message) : CommandResult;
}
