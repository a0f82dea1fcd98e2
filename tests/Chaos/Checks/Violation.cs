namespace Continuity.Chaos.Checks;

/// <summary>A promise that was broken.</summary>
/// <param name="Promise">Which one.</param>
/// <param name="Text">How.</param>
public sealed record Violation(Promise Promise, string Text)
{
    public override string ToString() => $"{Promise}: {Text}";
}

/// <summary>The promises that hold whatever is done to a cluster.</summary>
public enum Promise
{
    /// <summary>What was accepted is there.</summary>
    NoPipelineIsLost,

    /// <summary>A pipeline comes to its end.</summary>
    NoPipelineIsStuck,

    /// <summary>Every task is completed: no fault of the list is one that a task fails by.</summary>
    EveryTaskIsCompleted,

    /// <summary>A task's result is recorded once.</summary>
    NoResultIsDuplicated,

    /// <summary>A prompt that ComfyUI did not lose is not run again.</summary>
    NoPromptRunsTwice,

    /// <summary>Nothing is sent to a ComfyUI that is not recorded.</summary>
    EveryPromptIsRecorded,

    /// <summary>Every recorded file is there, with its hash.</summary>
    EveryArtifactIsThere,

    /// <summary>No prompt of ours is left in a ComfyUI.</summary>
    NoPromptIsLeftBehind,

    /// <summary>A watcher sees the end, and versions never go backwards.</summary>
    WatchersSeeTheTruth,

    /// <summary>What the cluster tells is what its database holds.</summary>
    TheRecordIsWhatIsTold,

    /// <summary>The history tells what the rows say.</summary>
    TheHistoryIsConsistent,
}
