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
    /// The longest time without any sign of progress of an executing prompt after which it is interrupted. Default 30 min: loading a model, or a step on a slow device, is
    /// silent for minutes. It holds until a few runs of a workflow on a GPU have shown how long they are silent there, and eight times as long for a prompt whose progress cannot
    /// be seen.
    /// </summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>The shortest such time, however lively the runs were so far. Default 5 min.</summary>
    public TimeSpan StallFloor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A workflow may be silent so many times as long as it usually is at the most on that GPU. Default 4; 1 or more.</summary>
    public double StallFactor { get; set; } = 4;

    /// <summary>How the ComfyUI instances beside this silo are looked after.</summary>
    public GpuCareOptions Care { get; } = new();

    /// <summary>How single ones are looked after, each in place of <see cref="Care"/> as a whole.</summary>
    public IList<GpuCareOptions> CareOf { get; } = [];

    /// <summary>
    /// How long prompts may wait in a ComfyUI though none runs, before its worker counts as dead. Default 1 min: between two prompts it tidies up for seconds.
    /// </summary>
    public TimeSpan StartLimit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a GPU is kept away from work after a fault, before one prompt tries it. Default 30 s; doubles with each trial that fails, up to 20 times as long.</summary>
    public TimeSpan QuarantinePause { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a ComfyUI may be out of reach before its prompts are given to another GPU, where there is one. Default 1 min. With no other GPU they wait.
    /// </summary>
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a waiting attempt makes sure that its ticket is still in the pool, once it has waited for long. Default 30 s.</summary>
    public TimeSpan TicketRefresh { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For so long younger tasks of a pipeline may go before an older one because a GPU holds their models. Default 30 min; more than zero. Shorter means more loading of models.
    /// </summary>
    public TimeSpan MaxDeferral { get; set; } = TimeSpan.FromMinutes(30);

    internal GpuCareOptions CareFor(GpuId gpu) => CareOf.FirstOrDefault(own => own.Gpu == gpu.Value) ?? Care;
}
