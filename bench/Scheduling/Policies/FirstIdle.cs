namespace Continuity.Bench.Scheduling;

/// <summary>One shared queue: the first task goes to the first GPU that is idle.</summary>
internal sealed class FirstIdle : ISchedulingPolicy
{
    private readonly Queue<SimTask> _waiting = [];

    public string Name => "FIFO";

    public int Slots => 1;

    public void Begin(IReadOnlyList<GpuModel> gpus, int owners)
    {
    }

    public void Ready(IReadOnlyList<SimTask> tasks, double now)
    {
        foreach (var task in tasks)
        {
            _waiting.Enqueue(task);
        }
    }

    public bool MayHaveFor(GpuModel gpu) => _waiting.Count > 0;

    public Decision Choose(GpuModel gpu, double now) => new(_waiting.Dequeue());
}
