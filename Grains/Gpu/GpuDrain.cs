using Continuity.ComfyUI.Client;
using Continuity.Gpu;
using Continuity.Tasks;

namespace Continuity.Grains.Gpu;

/// <summary>Empties one GPU: asks the holders of its slots for what is only staged there, and counts what is left.</summary>
internal sealed class GpuDrain(IGrainFactory grains)
{
    // Tells the prompts of this system from those of others.
    private const string PipelineTag = "continuity_pipeline";

    /// <summary>What the operator wants, as far as is known.</summary>
    public GpuMode Mode { get; set; }

    /// <summary>Prompts of this system in the ComfyUI; null while not known, or not draining.</summary>
    public int? Left { get; private set; }

    /// <summary>Repeated at each look at the GPU: a holder that did not hear, or whose prompt was not in the queue yet, is asked again.</summary>
    public async Task LookAsync(IComfyClient client, IReadOnlyCollection<(TaskKey Task, Lease Lease)> holders, CancellationToken cancellationToken)
    {
        if (Mode != GpuMode.Draining)
        {
            Left = null;
            return;
        }

        AskBack(holders);
        try
        {
            var queue = await client.GetQueueAsync(cancellationToken);
            Left = queue.Running.Concat(queue.Pending).Count(prompt => prompt.Tags.ContainsKey(PipelineTag));
        }
        catch (ComfyException)
        {
            Left = null;
        }
    }

    public void AskBack(IReadOnlyCollection<(TaskKey Task, Lease Lease)> holders)
    {
        foreach (var (task, lease) in holders)
        {
            grains.GetGrain<ITaskGrain>(task.ToString()).TakeBackAsync(lease).Ignore();
        }
    }
}
