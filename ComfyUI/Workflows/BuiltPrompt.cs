using System.Collections.Immutable;
using System.Text.Json.Nodes;

using Continuity.Gpu;

namespace Continuity.ComfyUI.Workflows;

/// <summary>A workflow with its values filled in, ready to be sent.</summary>
/// <param name="Graph">The workflow in API format.</param>
/// <param name="Seed">The seed that was written; <see langword="null"/> when the workflow takes none.</param>
/// <param name="NodeClasses">The node classes that an instance must have, each once, in order of their names.</param>
/// <param name="Models">The model files that the workflow loads.</param>
/// <param name="Warnings">Values that were given but that the profile does not take, in words.</param>
/// <param name="Metadata">Facts for the task's result, such as <c>flf2vFallback</c> when the end picture had to be the start picture.</param>
public sealed record BuiltPrompt(
    JsonObject Graph,
    long? Seed,
    ImmutableArray<string> NodeClasses,
    ImmutableArray<ModelFile> Models,
    ImmutableArray<string> Warnings,
    ImmutableDictionary<string, string> Metadata);
