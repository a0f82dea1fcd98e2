namespace Continuity.Bench.Scheduling;

/// <summary>Dispatchers that put every task into the queue of a ComfyUI the moment it is ready, where it stays.</summary>
internal abstract class QueuePerGpu : ISchedulingPolicy
{
    private Queue<SimTask>[] _queues = [];

    public abstract string Name { get; }

    // What stands in ComfyUI's own queue starts without a break.
    public int Slots => 2;

    public void Begin(IReadOnlyList<GpuModel> gpus, int owners)
    {
        _queues = [.. gpus.Select(_ => new Queue<SimTask>())];
        Gpus = gpus;
    }

    public abstract void Ready(IReadOnlyList<SimTask> tasks, double now);

    public bool MayHaveFor(GpuModel gpu) => _queues[gpu.Id].Count > 0;

    public Decision Choose(GpuModel gpu, double now) => new(_queues[gpu.Id].Dequeue());

    protected IReadOnlyList<GpuModel> Gpus { get; private set; } = [];

    protected int Length(GpuModel gpu) => _queues[gpu.Id].Count + gpu.Used;

    protected void Put(SimTask task, GpuModel gpu) => _queues[gpu.Id].Enqueue(task);
}
