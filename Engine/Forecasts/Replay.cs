using Continuity.Engine.Scheduling;
using Continuity.Engine.Scheduling.Waiting;
using Continuity.Gpu;

namespace Continuity.Engine.Forecasts;

/// <summary>
/// One way that the rest of a pipeline may go: tasks go to GPUs as they become ready, the earlier first, those first whose files are there, and take a random time around what was learned. A
/// simple stand-in for the scheduler; costs the logarithm of GPUs and tasks for each task.
/// </summary>
internal sealed class Replay
{
    // The mean distance from the mean of a normal distribution is this part of its standard deviation.
    private const double DeviationPart = 0.798;

    // How far off a guess may be, as the standard deviation of its logarithm; and a load, as a part of it.
    private const double GuessSpread = 0.6;
    private const double LoadSpread = 0.25;

    // A run is never shorter than this part of its mean.
    private const double Shortest = 0.2;

    // Of more idle GPUs than this it does not matter which takes a task, as long as one of them does.
    private const int MostIdle = 16;

    // GPUs that are slower than the fastest by less than this are as good.
    private const double AsGood = 1.2;
    private const double SmallLoad = 1;

    // As the scheduler weighs it.
    private static readonly double LoadAgainstShare = new SchedulerOptions().LoadAgainstShare;

    // When there is so much to do for each GPU, slow ones have their part in it.
    private const int MostRounds = 4;

    private readonly ForecastPlan _plan;
    private readonly Draws _draws = new();
    private readonly PriorityQueue<(Happening What, int Index), double> _events = new();
    private readonly PriorityQueue<int, (long Since, int Task)>[] _ready;
    private readonly int[] _unmet;
    private readonly List<int> _idle = [];
    private readonly PriorityQueue<double, double> _sooner = new();
    private readonly double[] _freeAt;
    private readonly double[,] _load;
    private readonly long[,] _usedAt;
    private readonly int[] _holders;
    private readonly double[] _fastest;
    private readonly double[] _factor;
    private int _readyCount;
    private int _left;
    private long _clock;
    private (double Before, double Beside, double Given, double Own) _others;
    private int _chunk;

    public Replay(ForecastPlan plan)
    {
        var (works, gpus) = (plan.Samples.Length, plan.Gpus.Length);
        _plan = plan;
        _ready = [.. Enumerable.Range(0, works).Select(_ => new PriorityQueue<int, (long, int)>())];
        _unmet = new int[plan.Unmet.Length];
        _freeAt = new double[gpus];
        _load = new double[gpus, works];
        _usedAt = new long[gpus, works];
        _holders = new int[works];
        _factor = new double[works];
        _fastest = [.. Enumerable.Range(0, works).Select(work => plan.Gpus.Select(gpu => gpu.Works[work]?.Run ?? double.PositiveInfinity).DefaultIfEmpty(double.PositiveInfinity).Min())];
        Ends = new double[plan.Work.Length];
    }

    private enum Happening
    {
        Free,
        Done,
    }

    /// <summary>When each task was done; infinite for those that never were.</summary>
    public double[] Ends { get; }

    /// <summary>Plays it through.</summary>
    /// <param name="number">Which replay: each has its own luck.</param>
    public void Run(int number)
    {
        Begin(number);
        while (_left > 0 && _events.TryDequeue(out var happened, out var now))
        {
            if (happened.What == Happening.Free)
            {
                _idle.Add(happened.Index);
            }
            else
            {
                Done(happened.Index, now);
            }

            // What happens at the same time is known together.
            if (!_events.TryPeek(out _, out var next) || next > now)
            {
                Dispatch(now);
            }
        }
    }

    private void Begin(int number)
    {
        _draws.Begin(number);
        _plan.Unmet.CopyTo(_unmet, 0);
        Array.Fill(Ends, double.PositiveInfinity);
        _idle.Clear();
        Array.Clear(_holders);
        foreach (var queue in _ready)
        {
            queue.Clear();
        }

        _others = (_plan.Others.Before, _plan.Others.Beside, 0, 0);
        (_readyCount, _left, _clock, _chunk) = (0, _unmet.Length, 1, 0);
        for (var work = 0; work < _factor.Length; work++)
        {
            // All runs of a work share how far off its learned mean is.
            _factor[work] = Math.Exp((_plan.Samples[work] == 0 ? GuessSpread : 0) * _draws.Normal(work, 3));
            for (var gpu = 0; gpu < _plan.Gpus.Length; gpu++)
            {
                var expected = _plan.Gpus[gpu].Works[work];
                _load[gpu, work] = expected?.Load ?? 0;
                _usedAt[gpu, work] = 0;
                _holders[work] += expected is not null && expected.Load < SmallLoad ? 1 : 0;
            }
        }

        foreach (var (task, left) in _plan.Ending)
        {
            _events.Enqueue((Happening.Done, task), left);
        }

        for (var gpu = 0; gpu < _plan.Gpus.Length; gpu++)
        {
            _events.Enqueue((Happening.Free, gpu), _freeAt[gpu] = WorkOff(gpu));
        }

        for (var task = 0; task < _unmet.Length; task++)
        {
            if (_unmet[task] == 0)
            {
                Ready(task, 0);
            }
        }
    }

    // What a GPU has been given goes on to its end.
    private double WorkOff(int gpu)
    {
        var at = 0.0;
        var given = _plan.Given[gpu];
        for (var i = 0; i < given.Length; i++)
        {
            var (task, expected) = given[i];
            var (subject, sigma) = (task < 0 ? ~(gpu * 8) - i : task, Sigma(expected));
            var takes = (expected.Load * (1 + (LoadSpread * _draws.Normal(subject, 2)))) + (Time(expected.Run, sigma, subject) * (expected.Samples == 0 ? Math.Exp(GuessSpread * _draws.Normal(subject, 5)) : 1));
            var gone = i == 0 ? _plan.Gpus[gpu].Since : 0;

            // One that takes longer than this luck would have it goes on for a while, nobody knows how long.
            at += takes > gone ? takes - gone : Math.Abs(_draws.Normal(subject, 4)) * Math.Max(sigma, Shortest / 2 * (expected.Load + expected.Run));
            if (task >= 0)
            {
                _events.Enqueue((Happening.Done, task), at + _plan.Latency[task]);
            }
        }

        return at;
    }

    private void Done(int task, double now)
    {
        Ends[task] = now;
        _left--;
        foreach (var dependant in _plan.Dependants[task])
        {
            if (--_unmet[dependant] == 0)
            {
                Ready(dependant, now);
            }
        }
    }

    private void Ready(int task, double now)
    {
        switch (_plan.Work[task])
        {
            case ForecastPlan.Never:
                break;
            case ForecastPlan.OnCpu:
                _events.Enqueue((Happening.Done, task), now + Time(_plan.Cpu[task], _plan.Cpu[task] / 3, task));
                break;
            case var work:
                _ready[work].Enqueue(task, ((long)(now / TicketOrder.Together.TotalSeconds), task));
                _readyCount++;
                break;
        }
    }

    private void Dispatch(double now)
    {
        while (_idle.Count > 0 && (_readyCount > 0 || _others.Before + _others.Beside > 0))
        {
            if (_others.Before > 0)
            {
                GiveAway(now);
            }
            else if (Pick(now) is not var (place, work))
            {
                if (_others.Beside <= 0)
                {
                    return;
                }

                GiveAway(now);
            }
            else if (_others.Beside > 0 && _others.Given < _plan.Others.Rivals * (_others.Own + (LoadAgainstShare * _load[_idle[place], work])))
            {
                // The others get their share first, and more than that before a GPU changes to other files.
                GiveAway(now);
            }
            else
            {
                Give(place, work, now);
            }
        }
    }

    private (int Place, int Work)? Pick(double now)
    {
        (int Place, int Work)? best = null;
        var least = (Loads: true, Turn: (long.MaxValue, int.MaxValue), Takes: double.PositiveInfinity);
        for (var place = 0; place < _idle.Count && (place < MostIdle || best is null); place++)
        {
            var gpu = _idle[place];
            for (var work = 0; work < _ready.Length; work++)
            {
                if (!_ready[work].TryPeek(out _, out var turn) || _plan.Gpus[gpu].Works[work] is not { } expected || !IsWorthIt(gpu, work, expected.Run, now))
                {
                    continue;
                }

                // Of GPUs that are as good it takes any: the one that seems fastest may only have been lucky so far.
                var rank = (Loads: _load[gpu, work] >= SmallLoad, Turn: turn, Takes: Math.Round(Math.Log(1 + _load[gpu, work] + expected.Run, AsGood)));
                if (best is null || rank.CompareTo(least) < 0)
                {
                    (best, least) = ((place, work), rank);
                }
            }
        }

        return best;
    }

    // Not when the idle GPUs and those that hold its files would have all of it done before this one is done with one, the loading counted.
    private bool IsWorthIt(int gpu, int work, double run, double now)
    {
        var (load, count) = (_load[gpu, work], _ready[work].Count);
        if (count > MostRounds * _freeAt.Length)
        {
            return load < SmallLoad || _holders[work] == 0 || load <= count * run / _holders[work];
        }

        if (load < SmallLoad && run <= AsGood * _fastest[work])
        {
            return true;
        }

        _sooner.Clear();
        for (var other = 0; other < _freeAt.Length; other++)
        {
            if (other != gpu && _plan.Gpus[other].Works[work] is { } there && (_load[other, work] < SmallLoad || _freeAt[other] <= now))
            {
                _sooner.Enqueue(there.Run, Math.Max(now, _freeAt[other]) + _load[other, work] + there.Run);
            }
        }

        for (var left = count; left > 0; left--)
        {
            if (!_sooner.TryDequeue(out var again, out var done) || done >= now + load + run)
            {
                return true;
            }

            _sooner.Enqueue(again, done + again);
        }

        return false;
    }

    private void Give(int place, int work, double now)
    {
        var (gpu, task) = (_idle[place], _ready[work].Dequeue());
        var expected = _plan.Gpus[gpu].Works[work]!;
        _idle.RemoveAt(place);
        _readyCount--;
        var takes = _plan.Waiting[task]
            + (_load[gpu, work] * Math.Max(0, 1 + (LoadSpread * _draws.Normal(task, 2))))
            + (Time(expected.Run, Sigma(expected), task) * Off(work, expected));
        Hold(gpu, work);
        _others.Own += takes;
        _freeAt[gpu] = now + takes;
        _events.Enqueue((Happening.Free, gpu), now + takes);
        _events.Enqueue((Happening.Done, task), now + takes + _plan.Latency[task]);
    }

    private void GiveAway(double now)
    {
        var gpu = _idle[^1];
        _idle.RemoveAt(_idle.Count - 1);
        var takes = Math.Max(1e-3, _plan.Others.Ticket * Math.Max(Shortest, 1 + (_draws.Normal(_chunk++, 6) / 3)));
        if (_others.Before > 0)
        {
            _others.Before -= takes;
        }
        else
        {
            _others.Beside -= takes;
            _others.Given += takes;
        }

        _freeAt[gpu] = now + takes;
        _events.Enqueue((Happening.Free, gpu), now + takes);
    }

    // The files of what was used longest ago make room.
    private void Hold(int gpu, int work)
    {
        _holders[work] += _load[gpu, work] >= SmallLoad ? 1 : 0;
        (_load[gpu, work], _usedAt[gpu, work]) = (0, ++_clock);
        while (true)
        {
            var (used, oldest) = (0.0, -1);
            for (var other = 0; other < _ready.Length; other++)
            {
                if (_plan.Gpus[gpu].Works[other] is { Reload: >= SmallLoad } && _load[gpu, other] < SmallLoad)
                {
                    used += _plan.Gigabytes[other];
                    oldest = other != work && (oldest < 0 || _usedAt[gpu, other] < _usedAt[gpu, oldest]) ? other : oldest;
                }
            }

            if (oldest < 0 || used <= _plan.Gpus[gpu].Memory)
            {
                return;
            }

            _load[gpu, oldest] = _plan.Gpus[gpu].Works[oldest]!.Reload;
            _holders[oldest]--;
        }
    }

    // How far off the learned mean is in this replay: the fewer samples, the further.
    private double Off(int work, ExpectedTime expected) => _plan.Samples[work] == 0 || expected.Run <= 0
        ? _factor[work]
        : Math.Max(Shortest, 1 + (Sigma(expected) / expected.Run / Math.Sqrt(_plan.Samples[work]) * _draws.Normal(work, 7)));

    private double Time(double mean, double sigma, int subject) => Math.Max(Shortest * mean, mean + (sigma * _draws.Normal(subject, 1)));

    private static double Sigma(ExpectedTime expected) => expected.Deviation / DeviationPart;
}
