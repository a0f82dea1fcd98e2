using System.Collections.Immutable;
using System.Text.Json;

namespace Continuity.ComfyUI.Client;

/// <summary>An instance's queue at a moment.</summary>
/// <param name="Running">The prompts that run: one or none.</param>
/// <param name="Pending">The prompts that wait, in the order they will run.</param>
public sealed record QueueSnapshot(ImmutableArray<QueuedPrompt> Running, ImmutableArray<QueuedPrompt> Pending);

/// <summary>A prompt in an instance's queue.</summary>
/// <param name="PromptId">Its id.</param>
/// <param name="Number">Its place in the order: lower goes first, then the id decides.</param>
/// <param name="Tags">The texts among the facts its submitter attached.</param>
public sealed record QueuedPrompt(string PromptId, double Number, ImmutableDictionary<string, string> Tags)
{
    /// <summary>The connection it was submitted over: only there its messages go.</summary>
    internal string? ClientId { get; init; }

    /// <summary>The workflow, for telling how much of it is done.</summary>
    internal JsonElement Graph { get; init; }

    /// <summary>The output nodes that it has to make.</summary>
    internal ImmutableArray<string> OutputNodes { get; init; } = [];
}
