namespace Continuity.Bench.Scheduling;

/// <summary>
/// SwarmUI's choice of a backend (0.9.8.2, src/Backends/BackendHandler.cs), from a description of it. A pass looks at all requests in their order. One whose checkpoint is the current one of a
/// backend with a free slot takes that slot at once; a backend has two. One that cannot adds to the pressure of its checkpoint, and has the checkpoint under the highest pressure loaded, by a
/// prompt of its own, into the backend that was released longest ago. The backend is kept from requests only after the pass, so that later requests in it may still take its slots. All
/// that is known of what a GPU holds is the name of one checkpoint. A pass follows when a request comes or a slot is released, and else once a second: the end of a load starts none.
/// <para>Measured, in seconds until the bursts of <see cref="Bursts"/> were done, and loads: turns-1 27.7 and 30.7 (5 and 6), turns-2 11.9 and 12.4 (4), random-1 31.1 and 38.9 (9 and 10),
/// random-2 15.9 to 21.5 (8 to 12). Here it takes 24.4 (6), 11.3 (3), 25.8 (6) and 12.3 (4): there, a load and the requests that slip in before it reach ComfyUI in either order, and some then
/// load their model again.</para>
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

    // Stands for the checkpoint of those that want none.
    private static readonly Model NoCheckpoint = new("", 0, 0);

    private readonly Queue<(double At, SimTask Task)> _arriving = [];
    private readonly Queue<Request> _fresh = [];
    private readonly Dictionary<Model, Pressure> _pressures = [];
    private readonly List<Backend> _available = [];
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
        while (Pass(now))
        {
        }

        foreach (var backend in _backends)
        {
            if (backend is { IsReserved: true, Asked: { } model, Usages: < MaxUsages })
            {
                backend.Asked = null;
                backend.Given.Enqueue(new Decision(Task: null, model));
            }
        }
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
        var checkpoint = task.Profile.HasCheckpoint ? task.Profile.Main : null;
        if (!_pressures.TryGetValue(checkpoint ?? NoCheckpoint, out var pressure))
        {
            _pressures[checkpoint ?? NoCheckpoint] = pressure = new Pressure(checkpoint);
        }

        var request = new Request(_order++, task, pressure);
        pressure.Requests.Add(request);
        _fresh.Enqueue(request);
        _waiting++;
    }

    // One pass over all requests in their order. Those of one checkpoint fare alike until something changes, so it goes from one change to the next: a claim by the first request that can
    // make one, or a load that any request before that sets off.
    private bool Pass(double now)
    {
        var any = false;
        _available.Clear();
        _available.AddRange(_backends.Where(backend => !backend.IsReserved && backend.Usages < MaxUsages));
        var passed = -1L;
        var end = _fresh.TryPeek(out var fresh) ? fresh.Order : _order;
        while (_available.Count > 0)
        {
            var claimer = _pressures.Values.Where(CanClaim).Select(pressure => pressure.Requests[pressure.Claimed]).Where(request => request.Order < end).MinBy(request => request.Order);
            var inVain = _pressures.Values.Where(pressure => !CanClaim(pressure)).Min(pressure => pressure.After(passed)) ?? end;
            if (inVain < Math.Min(end, claimer?.Order ?? end) && LoadHighest(now))
            {
                passed = inVain;
            }
            else if (claimer is not null)
            {
                Claim(claimer);
                (passed, any) = (claimer.Order, true);
            }
            else
            {
                break;
            }
        }

        while (_fresh.TryDequeue(out var request))
        {
            if (CanClaim(request.Pressure))
            {
                Claim(request);
                any = true;
            }
            else
            {
                request.IsCounted = true;
                request.Pressure.FirstAt = request.Pressure.Count++ == 0 ? now : request.Pressure.FirstAt;
                LoadHighest(now);
            }
        }

        foreach (var backend in _backends)
        {
            backend.IsReserved |= backend.Asked is not null;
        }

        return any;
    }

    private bool CanClaim(Pressure pressure) => pressure.Claimed < pressure.Requests.Count && _available.Exists(backend => Suits(backend, pressure));

    private static bool Suits(Backend backend, Pressure pressure) => pressure.Model is null || backend.Current == pressure.Model;

    private void Claim(Request request)
    {
        var pressure = request.Pressure;
        var backend = _available.Where(candidate => Suits(candidate, pressure)).MinBy(candidate => candidate.Usages)!;
        if (++backend.Usages >= MaxUsages)
        {
            _available.Remove(backend);
        }

        backend.Given.Enqueue(new Decision(request.Task));
        pressure.Claimed++;
        pressure.Count -= request.IsCounted ? 1 : 0;
        _waiting--;
    }

    private bool LoadHighest(double now)
    {
        var loaders = _available.Count(backend => backend.Asked is null);
        var highest = loaders == 0
            ? null
            : _pressures.Values.Where(pressure => pressure is { Model: not null, Count: > 0, IsLoading: false }).MaxBy(pressure => (pressure.Count * Weight) + now - pressure.FirstAt);
        if (highest is null)
        {
            return false;
        }

        if (loaders > 1 && now - highest.FirstAt <= TooNew)
        {
            TickAfter(highest.FirstAt + TooNew);
            return false;
        }

        var backend = _available
            .Where(candidate => candidate.Asked is null && candidate.Current != highest.Model)
            .MinBy(candidate => (candidate.Usages > 0, candidate.LastRelease));
        if (backend is null)
        {
            return false;
        }

        (backend.Asked, highest.IsLoading) = (highest.Model, true);
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

        /// <summary>The checkpoint that is to be loaded when a slot is free; its prompt does not stand in a slot yet.</summary>
        public Model? Asked { get; set; }

        /// <summary>Whether it takes no requests, as a checkpoint is being loaded.</summary>
        public bool IsReserved { get; set; }

        public Model? Current { get; set; }

        public double LastRelease { get; set; }
    }

    /// <summary>The requests for a checkpoint, or those that want none.</summary>
    private sealed class Pressure(Model? model)
    {
        public Model? Model => model;

        /// <summary>All requests there ever were, in their order; they are claimed in it.</summary>
        public List<Request> Requests { get; } = [];

        public int Claimed { get; set; }

        /// <summary>Requests that were looked at in vain and wait.</summary>
        public int Count { get; set; }

        public double FirstAt { get; set; }

        public bool IsLoading { get; set; }

        /// <summary>The first waiting request after a place in the order.</summary>
        public long? After(long order)
        {
            var (low, high) = (Claimed, Requests.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = Requests[middle].Order > order ? (low, middle) : (middle + 1, high);
            }

            return low < Requests.Count ? Requests[low].Order : null;
        }
    }

    private sealed class Request(long order, SimTask task, Pressure pressure)
    {
        public long Order => order;

        public SimTask Task => task;

        public Pressure Pressure => pressure;

        public bool IsCounted { get; set; }
    }
}
