using System.Collections.Immutable;
using System.Text.Json.Serialization;

using Continuity.Artifacts;

namespace Continuity.Tasks;

/// <summary>Where the value of a task's input comes from. A closed set: <see cref="Literal"/>, <see cref="Stored"/>, <see cref="FromTask"/>, <see cref="FirstOf"/>.</summary>
[GenerateSerializer, Immutable, Alias("continuity.input")]
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(Literal), "value")]
[JsonDerivedType(typeof(Stored), "artifact")]
[JsonDerivedType(typeof(FromTask), "task")]
[JsonDerivedType(typeof(FirstOf), "firstOf")]
public abstract record TaskInput
{
    private TaskInput()
    {
    }

    /// <summary>A plain value.</summary>
    /// <param name="Json">The value as JSON text: a string, a number or a boolean.</param>
    [GenerateSerializer, Immutable, Alias("continuity.input.value")]
    public sealed record Literal([property: Id(0)] string Json) : TaskInput;

    /// <summary>A file that is in the artifact store already.</summary>
    /// <param name="Artifact">The file.</param>
    [GenerateSerializer, Immutable, Alias("continuity.input.artifact")]
    public sealed record Stored([property: Id(0)] ArtifactRef Artifact) : TaskInput;

    /// <summary>An output of another task, which is thereby a dependency.</summary>
    /// <param name="TaskId">The task that makes it.</param>
    /// <param name="Output">Which of its outputs.</param>
    /// <param name="Index">Which one among several of that sort, counted from 0.</param>
    [GenerateSerializer, Immutable, Alias("continuity.input.task")]
    public sealed record FromTask([property: Id(0)] string TaskId, [property: Id(1)] TaskOutputKind Output, [property: Id(2)] int Index = 0) : TaskInput;

    /// <summary>The first choice that can be had; that a later one was used is told in the task's result.</summary>
    /// <param name="Choices">The choices, best first; at least one.</param>
    [GenerateSerializer, Immutable, Alias("continuity.input.first-of")]
    public sealed record FirstOf([property: Id(0)] ImmutableArray<TaskInput> Choices) : TaskInput;
}
