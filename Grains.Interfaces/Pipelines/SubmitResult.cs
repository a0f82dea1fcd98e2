using System.Collections.Immutable;

namespace Continuity.Pipelines;

/// <summary>The answer to a submission.</summary>
[GenerateSerializer, Immutable, Alias("continuity.submit-result")]
public abstract record SubmitResult
{
    private SubmitResult()
    {
    }

    /// <summary>The pipeline is stored durably and will run. The answer is the same when the same submission is repeated.</summary>
    /// <param name="Summary">The pipeline.</param>
    [GenerateSerializer, Immutable, Alias("continuity.submit-accepted")]
    public sealed record Accepted([property: Id(0)] PipelineSummary Summary) : SubmitResult;

    /// <summary>The id is taken by a different pipeline; nothing changed.</summary>
    /// <param name="Message">Which one, in words.</param>
    [GenerateSerializer, Immutable, Alias("continuity.submit-conflict")]
    public sealed record Conflict([property: Id(0)] string Message) : SubmitResult;

    /// <summary>The definition has faults; nothing was created.</summary>
    /// <param name="Faults">Every fault, each with its place.</param>
    [GenerateSerializer, Immutable, Alias("continuity.submit-rejected")]
    public sealed record Rejected([property: Id(0)] ImmutableArray<DefinitionFault> Faults) : SubmitResult;
}

/// <summary>One thing wrong with a project file, a DAG or a profile.</summary>
/// <param name="Path">Where, as a JSON path such as <c>$.scenes[0].timeline.shots[2].id</c>.</param>
/// <param name="Message">What is wrong and how to mend it.</param>
[GenerateSerializer, Immutable, Alias("continuity.definition-fault")]
public sealed record DefinitionFault([property: Id(0)] string Path, [property: Id(1)] string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Path}: {Message}";
}
