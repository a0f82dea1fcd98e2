namespace Continuity.ComfyUI.Client;

/// <summary>What a prompt does at a moment. For people and for noticing a stall; the end is told by <see cref="PromptOutcome"/>.</summary>
public sealed record PromptProgress
{
    /// <summary>The prompt.</summary>
    public required string PromptId { get; init; }

    /// <summary>Whether it waits in the instance's queue (staged) or executes.</summary>
    public required PromptPhase Phase { get; init; }

    /// <summary>Its place among the prompts that wait, counted from 1; <see langword="null"/> when it does not wait.</summary>
    public int? Position { get; init; }

    /// <summary>How many prompts wait; <see langword="null"/> when it does not wait.</summary>
    public int? QueueLength { get; init; }

    /// <summary>How much of the whole workflow is done, 0 to 100, never falling; <see langword="null"/> while nothing is known.</summary>
    public double? Percent { get; init; }

    /// <summary>The node that executes.</summary>
    public string? NodeId { get; init; }

    /// <summary>Its title as the workflow's author wrote it, or its class.</summary>
    public string? NodeTitle { get; init; }

    /// <summary>Its class.</summary>
    public string? NodeClass { get; init; }

    /// <summary>
    /// Whether messages about this prompt can arrive. When not (it was submitted over an older connection, or there is none now), only queue and history are
    /// read, and <see cref="LastActivity"/> stands still though the prompt may work: be more patient before calling it stalled.
    /// </summary>
    public bool IsLive { get; init; }

    /// <summary>
    /// The last sign of progress of this prompt: a message about it, or a change of its place. Many nodes send none while they work (loading a model, decoding,
    /// saving a video): silence for minutes is normal. A moment of <see cref="SteadyTime"/>, no date.
    /// </summary>
    public required DateTimeOffset LastActivity { get; init; }

    /// <summary>A new preview picture, where one came since the last report.</summary>
    public PreviewImage? Preview { get; init; }
}

/// <summary>Whether a prompt waits or executes.</summary>
public enum PromptPhase
{
    /// <summary>Waits in the instance's queue.</summary>
    Pending,

    /// <summary>Executes.</summary>
    Executing,
}

/// <summary>A preview picture that a sampler sent.</summary>
/// <param name="MediaType"><c>image/jpeg</c> or <c>image/png</c>.</param>
/// <param name="Data">The picture file.</param>
public sealed record PreviewImage(string MediaType, ReadOnlyMemory<byte> Data);
