namespace Continuity.Bench.Scheduling;

/// <summary>
/// Every task goes to the GPU with the shortest queue, as it was asked for before any task of the same owner and instant was put in: steps that run in parallel all ask first and then all
/// choose the same GPU. So it is with a dispatcher whose parallel steps each look for the least loaded server before one of them submits.
/// </summary>
internal sealed class LeastQueue : QueuePerGpu
{
    public override string Name => "least queue";

    public override void Ready(IReadOnlyList<SimTask> tasks, double now)
    {
        foreach (var together in tasks.GroupBy(task => task.Owner))
        {
            var shortest = Gpus.MinBy(Length)!;
            foreach (var task in together)
            {
                Put(task, shortest);
            }
        }
    }
}
