using Continuity.Gpu;

namespace Continuity.Grains.Hosting;

/// <summary>Settings of a silo. The defaults suit one machine and need no configuration.</summary>
public sealed class ContinuityOptions
{
    /// <summary>Folder of the store, the artifacts and temporary files. Default <c>.continuity</c> in the working folder.</summary>
    public string DataDirectory { get; set; } = ".continuity";

    /// <summary>The GPUs beside this silo. They stay in the fleet while it is away, until its configuration no longer names them; an operator's word goes before it.</summary>
    public IList<GpuRegistration> Gpus { get; } = [];

    /// <summary>
    /// Whether this silo drives every unfinished pipeline of the store (default, right for a server), or only those that were commanded through it: submitted,
    /// resumed, retried or cancelled. Then looking at a pipeline has no side effect.
    /// </summary>
    public bool DriveAll { get; set; } = true;

    /// <summary>How often the recovery sweep looks for unfinished pipelines without a live grain. Default 5 s.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a GPU's ComfyUI is looked at. Default 2 s.</summary>
    public TimeSpan ProbeInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Time without any sign of progress of an executing prompt after which it is interrupted. Default 30 min: loading a model, or a step on a slow device, is
    /// silent for minutes. Eight times as long for a prompt whose progress cannot be seen.
    /// </summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How long prompts may wait in a ComfyUI though none runs, before its worker counts as dead. Default 1 min: between two prompts it tidies up for seconds.
    /// </summary>
    public TimeSpan StartLimit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a ComfyUI may be out of reach before its prompts are given to another GPU, where there is one. Default 1 min. With no other GPU they wait.
    /// </summary>
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a waiting attempt makes sure that its ticket is still in the pool. Default 30 s.</summary>
    public TimeSpan TicketRefresh { get; set; } = TimeSpan.FromSeconds(30);
}
