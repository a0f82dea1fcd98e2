using System.Collections.Immutable;

namespace Continuity.ComfyUI.Client;

/// <summary>The node classes that an instance has.</summary>
/// <param name="Classes">By class name.</param>
public sealed record NodeCatalogue(ImmutableDictionary<string, NodeClass> Classes)
{
    /// <summary>The names of all node classes.</summary>
    public ImmutableHashSet<string> Names => [.. Classes.Keys];

    /// <summary>What an input of a class accepts.</summary>
    /// <param name="nodeClass">The class, such as <c>UNETLoader</c>.</param>
    /// <param name="inputName">The input, such as <c>unet_name</c>.</param>
    /// <returns>The allowed values, file names for loaders; <see langword="null"/> when the class, the input or the list is unknown.</returns>
    public ImmutableArray<string>? AllowedValues(string nodeClass, string inputName) =>
        Classes.GetValueOrDefault(nodeClass)?.Inputs.GetValueOrDefault(inputName)?.AllowedValues;
}

/// <summary>A node class.</summary>
/// <param name="Name">Its name in workflows.</param>
/// <param name="DisplayName">Its name for people.</param>
/// <param name="IsOutput">Whether a workflow may end in it.</param>
/// <param name="Inputs">By input name.</param>
public sealed record NodeClass(string Name, string DisplayName, bool IsOutput, ImmutableDictionary<string, NodeInput> Inputs);

/// <summary>An input of a node class.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it takes: <c>INT</c>, <c>FLOAT</c>, <c>STRING</c>, <c>BOOLEAN</c>, <c>COMBO</c>, or the type of a link such as <c>IMAGE</c>.</param>
/// <param name="Required">Whether a workflow must give it.</param>
/// <param name="AllowedValues">The values of a <c>COMBO</c>; <see langword="null"/> for other types, and where the list is not told.</param>
/// <param name="Minimum">The least number; <see langword="null"/> for none.</param>
/// <param name="Maximum">The greatest number; <see langword="null"/> for none.</param>
/// <param name="IsUpload">Whether its files are uploaded by users, as for LoadImage: such lists change all the time.</param>
public sealed record NodeInput(
    string Name, string Type, bool Required, ImmutableArray<string>? AllowedValues, double? Minimum, double? Maximum, bool IsUpload)
{
    /// <summary>Whether it takes a plain value; other inputs take a link only.</summary>
    public bool TakesLiteral => Type is "INT" or "FLOAT" or "STRING" or "BOOLEAN" or "COMBO" or "*";
}
