using System.Collections.Immutable;

namespace Continuity.Profiles;

/// <summary>A ComfyUI workflow with names for the inputs that a task may set. Once a pipeline is submitted it holds its own copy.</summary>
[GenerateSerializer, Immutable, Alias("continuity.profile")]
public sealed record WorkflowProfile
{
    /// <summary>Name by which tasks refer to the profile, such as <c>flux-t2i</c>.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Name for people.</summary>
    [Id(1)] public string Label { get; init; } = "";

    /// <summary>What the workflow makes.</summary>
    [Id(2)] public ProfileKind Kind { get; init; } = ProfileKind.Generic;

    /// <summary>The workflow in ComfyUI's API format, as JSON text: an object of node id to <c>class_type</c> and <c>inputs</c>.</summary>
    [Id(3)] public required string WorkflowJson { get; init; }

    /// <summary>
    /// Input name (see <see cref="InputNames"/>) to the places it is written to, each <c>nodeId:inputName</c>, split at the last colon because the ids of
    /// nodes inside subgraphs contain colons themselves.
    /// </summary>
    [Id(4)] public ImmutableDictionary<string, ImmutableArray<string>> Inputs { get; init; } = ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>Input name to the value used when the task gives none, as JSON text.</summary>
    [Id(5)] public ImmutableDictionary<string, string> Defaults { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The least GPU memory it runs in, in bytes; <see langword="null"/> when the profile does not say.</summary>
    [Id(6)] public long? MinVram { get; init; }

    /// <summary>Whether the workflow takes an input of this name.</summary>
    /// <param name="inputName">One of <see cref="InputNames"/>, or a name of the profile's own.</param>
    /// <returns><see langword="true"/> when at least one place is mapped.</returns>
    public bool Takes(string inputName) => Inputs.TryGetValue(inputName, out var places) && places.Length > 0;
}
