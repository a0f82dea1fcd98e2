namespace Continuity.Bench.Scheduling;

/// <summary>
/// SwarmUI's choice of a backend (0.9.8.2, src/Backends/BackendHandler.cs), from a description of it. A request whose checkpoint is the current one of a backend with a free slot takes that
/// slot at once; a backend has two. Otherwise it adds to the pressure of its checkpoint, and the checkpoint under the highest pressure is loaded, by a prompt of its own, into the backend
/// that was released longest ago. All it knows of what a GPU holds is the name of one checkpoint. The loop looks when a request comes or a slot is released, and else once a second: the end
/// of a load does not wake it. Measured beside it, in seconds until the bursts of <see cref="Bursts"/> were done: 27.7 and 30.7 with one backend and two models in turn, 11.9 and 12.4 with two; 31.1 and 38.9,
/// and 15.9 to 21.5, with three at random. What those vary by is a race that is left out here: a backend for which a load is being decided may be given to another request.
/// </summary>
internal sealed class SwarmUi : ISchedulingPolicy
{
    private const int MaxUsages = 2;
    private const double LoopWait = 1;
    private const double TooNew = 1.5;
    private const double Weight = 10;

    // While fewer than 20 requests wait, the next one is only let in 20 ms after the one before it, to keep their order.
    private const int ForcedOrder = 20;
    private const double OrderWait = 0.02;

    private readonly Queue<(double At, SimTask Task)> _arriving = [];
    private readonly Queue<Request> _fresh = [];
    private readonly Queue<Request> _withoutModel = [];
    private readonly Dictionary<Model, Pressure> _pressures = [];
    private Backend[] _backends = [];
    private double _lastArrival = double.NegativeInfinity;
    private double _lastPass;
    private double? _tickAt;
    private long _order;
    private int _waiting;
    private bool _signal;

    public string Name => "SwarmUI";

    public int Slots => MaxUsages;

    public double? WakeAt => (_arriving.TryPeek(out var next), _tickAt) switch
    {
        (true, { } tick) => Math.Min(next.At, tick),
        (true, null) => next.At,
        _ => _tickAt,
    };

    public void Begin(IReadOnlyList<GpuModel> gpus, int owners) => _backends = [.. gpus.Select(gpu => new Backend { Current = gpu.LastRun?.Main })];

    public void Ready(IReadOnlyList<SimTask> tasks, double now)
    {
        foreach (var task in tasks)
        {
            _lastArrival = Math.Max(now, _waiting + _arriving.Count < ForcedOrder ? _lastArrival + OrderWait : _lastArrival);
            _arriving.Enqueue((_lastArrival, task));
        }
    }

    public void Plan(double now)
    {
        while (_arriving.TryPeek(out var next) && next.At <= now)
        {
            Admit(_arriving.Dequeue().Task);
            _signal = true;
        }

        if (!_signal && !(now >= _tickAt))
        {
            return;
        }

        (_signal, _tickAt, _lastPass) = (false, null, now);
        Claim();
        if (_pressures.Values.Any(pressure => pressure.Count > 0))
        {
            while (LoadHighest(now))
            {
            }
        }

        Count(now);
    }

    public bool MayHaveFor(GpuModel gpu) => _backends[gpu.Id].Given.Count > 0;

    public Decision Choose(GpuModel gpu, double now) => _backends[gpu.Id].Given.Dequeue();

    public void Ended(SimTask task, GpuModel gpu, double now)
    {
        _backends[gpu.Id].Usages--;
        _backends[gpu.Id].LastRelease = now;
        _signal = true;
    }

    public void Loaded(Model model, GpuModel gpu, double now)
    {
        (_backends[gpu.Id].Current, _backends[gpu.Id].IsReserved) = (model, false);
        _pressures[model].IsLoading = false;
        TickAfter(now);
    }

    private void Admit(SimTask task)
    {
        var request = new Request(_order++, task);
        _waiting++;
        if (!task.Profile.HasCheckpoint)
        {
            _withoutModel.Enqueue(request);
            return;
        }

        if (!_pressures.TryGetValue(task.Profile.Main, out var pressure))
        {
            _pressures[task.Profile.Main] = pressure = new Pressure(task.Profile.Main);
        }

        pressure.Requests.Enqueue(request);
        _fresh.Enqueue(request);
    }

    // Requests that are looked at for the first time, and could not be claimed: each adds to its pressure, and may start a load.
    private void Count(double now)
    {
        while (_fresh.TryDequeue(out var request))
        {
            if (request.IsClaimed)
            {
                continue;
            }

            request.IsCounted = true;
            var pressure = _pressures[request.Task.Profile.Main];
            if (pressure.Count++ == 0)
            {
                pressure.FirstAt = now;
            }

            LoadHighest(now);
        }
    }

    // In the order of the requests: each takes the least used of the backends that have its checkpoint.
    private void Claim()
    {
        var available = _backends.Where(backend => backend.IsAvailable).ToList();
        while (available.Count > 0)
        {
            Queue<Request>? first = _withoutModel.Count > 0 ? _withoutModel : null;
            foreach (var backend in available)
            {
                if (backend.Current is { } model
                    && _pressures.TryGetValue(model, out var pressure)
                    && pressure.Requests.TryPeek(out var head)
                    && (first is null || head.Order < first.Peek().Order))
                {
                    first = pressure.Requests;
                }
            }

            if (first is null)
            {
                break;
            }

            var request = first.Dequeue();
            var wanted = request.Task.Profile.HasCheckpoint ? request.Task.Profile.Main : null;
            var taker = available.Where(backend => wanted is null || backend.Current == wanted).MinBy(backend => backend.Usages)!;
            taker.Usages++;
            taker.Given.Enqueue(new Decision(request.Task));
            request.IsClaimed = true;
            _waiting--;
            if (request.IsCounted)
            {
                _pressures[wanted!].Count--;
            }

            if (!taker.IsAvailable)
            {
                available.Remove(taker);
            }
        }
    }

    private bool LoadHighest(double now)
    {
        var loaders = _backends.Count(backend => backend.IsAvailable);
        var highest = loaders == 0
            ? null
            : _pressures.Values.Where(pressure => pressure is { Count: > 0, IsLoading: false }).MaxBy(pressure => (pressure.Count * Weight) + now - pressure.FirstAt);
        if (highest is null)
        {
            return false;
        }

        if (loaders > 1 && now - highest.FirstAt <= TooNew)
        {
            TickAfter(highest.FirstAt + TooNew);
            return false;
        }

        var backend = _backends
            .Where(candidate => candidate.IsAvailable && candidate.Current != highest.Model)
            .MinBy(candidate => (candidate.Usages > 0, candidate.LastRelease));
        if (backend is null)
        {
            return false;
        }

        backend.IsReserved = highest.IsLoading = true;
        backend.Given.Enqueue(new Decision(Task: null, highest.Model));
        return true;
    }

    private void TickAfter(double at)
    {
        var tick = _lastPass + (LoopWait * Math.Max(1, Math.Ceiling((at - _lastPass) / LoopWait)));
        _tickAt = Math.Min(_tickAt ?? tick, tick);
    }

    private sealed class Backend
    {
        public Queue<Decision> Given { get; } = [];

        public int Usages { get; set; }

        public bool IsReserved { get; set; }

        public Model? Current { get; set; }

        public double LastRelease { get; set; }

        public bool IsAvailable => !IsReserved && Usages < MaxUsages;
    }

    private sealed class Pressure(Model model)
    {
        public Model Model => model;

        /// <summary>All requests that wait for the checkpoint, counted or not.</summary>
        public Queue<Request> Requests { get; } = [];

        /// <summary>Requests that were looked at in vain.</summary>
        public int Count { get; set; }

        public double FirstAt { get; set; }

        public bool IsLoading { get; set; }
    }

    private sealed class Request(long order, SimTask task)
    {
        public long Order => order;

        public SimTask Task => task;

        public bool IsCounted { get; set; }

        public bool IsClaimed { get; set; }
    }
}
