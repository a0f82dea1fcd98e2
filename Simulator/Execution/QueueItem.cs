using Continuity.Simulator.Json;

namespace Continuity.Simulator.Execution;

/// <summary>A prompt in the queue. <paramref name="Number"/> is a long when the server counted it and a double when the client gave it.</summary>
internal sealed record QueueItem(object Number, string PromptId, PyDict Prompt, PyDict ExtraData, IReadOnlyList<string> Outputs)
{
    public string? ClientId => ExtraData.Find("client_id") as string;

    public object?[] ToTuple() => [Number, PromptId, Prompt, ExtraData, Outputs];
}
