namespace Continuity.Bench.Scheduling;

/// <summary>Every task goes to the next GPU in turn.</summary>
internal sealed class RoundRobin : QueuePerGpu
{
    private int _next;

    public override string Name => "round robin";

    public override void Ready(IReadOnlyList<SimTask> tasks, double now)
    {
        foreach (var task in tasks)
        {
            Put(task, Gpus[_next++ % Gpus.Count]);
        }
    }
}
