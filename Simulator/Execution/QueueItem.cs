using Continuity.Simulator.Json;

namespace Continuity.Simulator.Execution;

/// <summary>A prompt in the queue. <paramref name="Number"/> is a long when the server counted it and a double when the client gave it.</summary>
internal sealed record QueueItem(object Number, string PromptId, PyDict Prompt, PyDict ExtraData, IReadOnlyList<string> Outputs)
{
    /// <summary>Whom messages go to. An id that is no text is nobody's: messages are dropped, not sent to all.</summary>
    public string? ClientId => ExtraData.Find("client_id") switch
    {
        null => null,
        string text => text,
        var other => "\0" + PyText.Str(other),
    };

    public object?[] ToTuple() => [Number, PromptId, Prompt, ExtraData, Outputs];
}
