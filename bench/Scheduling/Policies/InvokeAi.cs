namespace Continuity.Bench.Scheduling;

/// <summary>
/// InvokeAI's queue: owners take turns, and of the chosen owner's tasks among the next 32 numbers the one goes first of whose model files the GPU holds the most. It counts files, not
/// seconds, and the numbers are given over all owners, so that others' tasks make the window smaller.
/// </summary>
internal sealed class InvokeAi : ISchedulingPolicy
{
    private const int Lookahead = 32;

    private LinkedList<(long Number, SimTask Task)>[] _byOwner = [];
    private long _number;
    private int _waiting;
    private int _last;

    public string Name => "InvokeAI";

    public int Slots => 1;

    public void Begin(IReadOnlyList<GpuModel> gpus, int owners) => _byOwner = [.. Enumerable.Range(0, owners).Select(_ => new LinkedList<(long Number, SimTask Task)>())];

    public void Ready(IReadOnlyList<SimTask> tasks, double now)
    {
        foreach (var task in tasks)
        {
            _byOwner[task.Owner].AddLast((_number++, task));
            _waiting++;
        }
    }

    public bool MayHaveFor(GpuModel gpu) => _waiting > 0;

    public Decision Choose(GpuModel gpu, double now)
    {
        do
        {
            _last = (_last + 1) % _byOwner.Length;
        }
        while (_byOwner[_last].Count == 0);

        var tasks = _byOwner[_last];
        var (best, most) = (tasks.First!, -1);
        for (var node = tasks.First; node is not null && node.Value.Number < tasks.First!.Value.Number + Lookahead; node = node.Next)
        {
            var held = node.Value.Task.Profile.Models.Count(gpu.Holds);
            (best, most) = held > most ? (node, held) : (best, most);
        }

        tasks.Remove(best);
        _waiting--;
        return new Decision(best.Value.Task);
    }
}
