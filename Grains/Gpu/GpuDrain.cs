using Continuity.Gpu;
using Continuity.Grains.Hosting;
using Continuity.Tasks;

namespace Continuity.Grains.Gpu;

/// <summary>Empties one GPU: asks the holders of its slots for what is only staged there.</summary>
internal sealed class GpuDrain(FarmGrains grains)
{
    private const string Reason = "Its GPU was taken out of work before the prompt started there.";

    /// <summary>What the operator wants, as far as is known.</summary>
    public GpuMode Mode { get; set; }

    /// <summary>Repeated at each look at the GPU: a holder that did not hear, or whose prompt was not in the queue yet, is asked again.</summary>
    public void AskBack(IEnumerable<(TaskKey Task, Lease Lease)> holders)
    {
        if (Mode != GpuMode.Draining)
        {
            return;
        }

        foreach (var (task, lease) in holders)
        {
            grains.Task(task).TakeBackAsync(lease, Reason).Ignore();
        }
    }
}
