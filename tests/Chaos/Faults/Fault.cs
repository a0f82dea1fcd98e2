using Continuity.Chaos.Clusters;

namespace Continuity.Chaos.Faults;

/// <summary>Something that is done to a cluster while it works.</summary>
/// <param name="Name">Its name, for seeds and reports.</param>
/// <param name="Weight">How often it is drawn, beside the others.</param>
/// <param name="StrikeAsync">Does it, and undoes what must be undone before the pipelines can end. The rest is undone after the run.</param>
public sealed record Fault(string Name, int Weight, Func<Strike, Task> StrikeAsync)
{
    /// <summary>What must be made ready before there is work.</summary>
    public Func<Strike, Task> PrepareAsync { get; init; } = _ => Task.CompletedTask;

    /// <summary>How many prompts it makes fail in ComfyUI at the most, so that executing as many again is right.</summary>
    public int PromptsFail { get; init; }

    /// <summary>Whether it takes too long for every day.</summary>
    public bool IsLong { get; init; }

    /// <summary>Why it cannot be done to a cluster; <see langword="null"/> when it can.</summary>
    public Func<FarmCluster, string?> WhyNot { get; init; } = _ => null;
}
