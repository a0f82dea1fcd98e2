using System.Diagnostics;

namespace Continuity.Bench.Scheduling;

/// <summary>Runs a workload under a policy in virtual time. Nothing in it is left to chance: the same workload and policy give the same run.</summary>
internal sealed class Simulator
{
    // From the end of a prompt to the start of the next one that was not staged behind it, as measured with ComfyUI 0.3.64 on loopback. Files that are sent come on top; they are left out.
    private const double HandOver = 0.003;

    private readonly PriorityQueue<Event, (double At, long Order)> _events = new();
    private readonly List<SimTask> _ready = [];
    private readonly Workload _workload;
    private readonly ISchedulingPolicy _policy;
    private readonly List<GpuModel> _gpus;
    private readonly List<int>[] _dependents;
    private readonly int[] _awaited;
    private readonly (double From, double Load)[] _executing;
    private readonly RunLog _log;
    private long _order;
    private long _policyTicks;
    private int _readyCount;
    private double _now;
    private double? _wakeAt;

    private Simulator(Workload workload, ISchedulingPolicy policy)
    {
        (_workload, _policy, _log) = (workload, policy, new RunLog(workload));
        _gpus = [.. workload.Gpus.Select((kind, id) => new GpuModel(id, kind))];
        _executing = new (double From, double Load)[_gpus.Count];
        _awaited = [.. workload.Tasks.Select(task => task.Dependencies.Count + 1)];
        _dependents = [.. workload.Tasks.Select(_ => new List<int>())];
        foreach (var task in workload.Tasks)
        {
            foreach (var dependency in task.Dependencies)
            {
                _dependents[dependency].Add(task.Index);
            }

            Add(task.ReleaseAt, new Event(task, Gpu: null));
        }
    }

    public static RunLog Run(Workload workload, ISchedulingPolicy policy) => new Simulator(workload, policy).Run();

    private RunLog Run()
    {
        if (_workload.Warm is { } warm)
        {
            _gpus.Take(_workload.WarmGpus).ToList().ForEach(gpu => gpu.Bring(warm));
        }

        _policy.Begin(_gpus, _workload.Owners);
        while (_events.TryPeek(out _, out var next))
        {
            _now = next.At;
            _log.Shares.Advance(_now);
            _ready.Clear();
            while (_events.TryPeek(out var @event, out var at) && at.At <= _now)
            {
                _events.Dequeue();
                Apply(@event);
            }

            var started = Stopwatch.GetTimestamp();
            if (_ready.Count > 0)
            {
                _policy.Ready(_ready, _now);
            }

            _policy.Plan(_now);
            _policyTicks += Stopwatch.GetTimestamp() - started;
            while (Dispatch())
            {
            }

            if (_policy.WakeAt is { } wake && wake != _wakeAt)
            {
                _wakeAt = Math.Max(wake, _now);
                Add(_wakeAt.Value, default);
            }
        }

        _log.PolicyTime = Stopwatch.GetElapsedTime(0, _policyTicks);
        return _log;
    }

    private void Apply(Event @event)
    {
        if (@event.Gpu is { } gpu)
        {
            End(gpu);
        }
        else if (@event.Task is { } task)
        {
            Fulfil(task.Index);
        }
    }

    private void End(GpuModel gpu)
    {
        var (task, model) = gpu.Finish();
        var (from, load) = _executing[gpu.Id];
        _log.Add(new Span(gpu, task, from, load, _now));
        if (gpu.Used > 0)
        {
            Start(gpu, _now);
        }

        if (task is null)
        {
            _policy.Loaded(model!, gpu, _now);
            return;
        }

        _log.Shares.Ends(task.Owner);
        _policy.Ended(task, gpu, _now);
        _dependents[task.Index].ForEach(Fulfil);
    }

    private void Fulfil(int index)
    {
        if (--_awaited[index] > 0)
        {
            return;
        }

        var task = _workload.Tasks[index];
        (_log.ReadyAt[index], _log.ReadyOrder[index]) = (_now, _readyCount++);
        _log.Shares.Waits(task.Owner);
        _ready.Add(task);
    }

    // Asks for every free slot once, those of idle GPUs first.
    private bool Dispatch()
    {
        var any = false;
        for (var used = 0; used < _policy.Slots; used++)
        {
            foreach (var gpu in _gpus)
            {
                if (gpu.Used == used && _policy.MayHaveFor(gpu))
                {
                    any |= Ask(gpu);
                }
            }
        }

        return any;
    }

    private bool Ask(GpuModel gpu)
    {
        var started = Stopwatch.GetTimestamp();
        var decision = _policy.Choose(gpu, _now);
        _policyTicks += Stopwatch.GetTimestamp() - started;
        if (decision.IsNothing)
        {
            return false;
        }

        _log.Decisions++;
        gpu.Accept(decision);
        if (gpu.Used == 1)
        {
            Start(gpu, _now + HandOver);
        }

        return true;
    }

    private void Start(GpuModel gpu, double at)
    {
        var (task, model) = gpu.Executing;
        var load = task is null ? gpu.Bring([model!]) : gpu.Bring(task.Profile);
        if (task is not null)
        {
            _log.Shares.Starts(task.Owner);
        }

        _executing[gpu.Id] = (at, load);
        Add(at + load + ((task?.Work ?? 0) / gpu.Kind.Speed), new Event(Task: null, gpu));
    }

    private void Add(double at, Event @event) => _events.Enqueue(@event, (at, _order++));

    /// <summary>A task is submitted, or a GPU ends what it executes; neither is a wish of the policy to be asked.</summary>
    private readonly record struct Event(SimTask? Task, GpuModel? Gpu);
}
