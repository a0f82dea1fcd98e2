namespace Continuity.Bench.Scheduling;

/// <summary>One shared queue: an idle GPU gets the first task of the model that it ran last, or else the first one.</summary>
internal sealed class FirstIdleWithAffinity : ISchedulingPolicy
{
    private readonly Dictionary<Model, Queue<(long Order, SimTask Task)>> _byModel = [];
    private long _order;
    private int _waiting;

    public string Name => "FIFO + affinity";

    public int Slots => 1;

    public void Begin(IReadOnlyList<GpuModel> gpus, int owners)
    {
    }

    public void Ready(IReadOnlyList<SimTask> tasks, double now)
    {
        foreach (var task in tasks)
        {
            if (!_byModel.TryGetValue(task.Profile.Main, out var queue))
            {
                _byModel[task.Profile.Main] = queue = [];
            }

            queue.Enqueue((_order++, task));
            _waiting++;
        }
    }

    public bool MayHaveFor(GpuModel gpu) => _waiting > 0;

    public Decision Choose(GpuModel gpu, double now)
    {
        if (gpu.LastRun is not { } last || !_byModel.TryGetValue(last.Main, out var queue) || queue.Count == 0)
        {
            queue = _byModel.Values.Where(candidate => candidate.Count > 0).MinBy(candidate => candidate.Peek().Order)!;
        }

        _waiting--;
        return new Decision(queue.Dequeue().Task);
    }
}
