using System.Collections.Immutable;

namespace Continuity.Chaos.Journals;

/// <summary>What became of a prompt in a simulated ComfyUI, as its journal tells it.</summary>
/// <param name="Id">The prompt.</param>
/// <param name="Pipeline">The pipeline it was tagged with; empty for none.</param>
/// <param name="Task">The task it was tagged with; empty for none.</param>
/// <param name="Life">The life of the process that accepted it, counted from 1.</param>
public sealed record PromptStory(string Id, string Pipeline, string Task, int Life)
{
    /// <summary>How many times its execution began.</summary>
    public int Executions { get; init; }

    /// <summary>When its execution began last, in seconds of the machine's steady clock.</summary>
    public double StartedAt { get; init; }

    /// <summary>When it ended, by the same clock.</summary>
    public double EndedAt { get; init; }

    /// <summary>The model files that were brought into memory for it, and when they were there.</summary>
    public ImmutableArray<(string File, double At)> Loads { get; init; } = [];

    /// <summary>What the history said of its end; <see langword="null"/> when it came to none.</summary>
    public string? Status { get; init; }

    /// <summary>How many of its nodes told of files.</summary>
    public int Outputs { get; init; }

    /// <summary>Whether it was taken out of the queue before it began.</summary>
    public bool Removed { get; init; }

    /// <summary>Whether its submitter said that the result is collected.</summary>
    public bool Forgotten { get; init; }

    /// <summary>Whether the process died while it still knew the prompt: waiting, executing, or done and not collected.</summary>
    public bool Lost { get; init; }

    /// <summary>Whether its result could be had: it ended well, with files, in a process that did not die before they were collected.</summary>
    public bool Delivered => Status == "success" && Outputs > 0 && !Lost;
}
