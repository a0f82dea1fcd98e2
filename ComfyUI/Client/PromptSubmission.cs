using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Continuity.ComfyUI.Client;

/// <summary>A prompt to send.</summary>
/// <param name="PromptId">Its id, new for every attempt, recorded before it is sent.</param>
/// <param name="Graph">The workflow in API format; read, never changed.</param>
public sealed record PromptSubmission(string PromptId, JsonObject Graph)
{
    /// <summary>Facts kept with the prompt in the instance's queue and history, such as the task it belongs to. For people who look there.</summary>
    public ImmutableDictionary<string, string> Tags { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// Asked in the last moment, after any wait for a connection: when the answer is <see langword="false"/> nothing is sent. What it throws, the submission throws.
    /// <see langword="null"/> to send in any case.
    /// </summary>
    public Func<CancellationToken, Task<bool>>? IsStillWanted { get; init; }
}
