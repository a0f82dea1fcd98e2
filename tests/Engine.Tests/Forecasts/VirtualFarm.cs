using System.Collections.Immutable;

using Continuity.Engine.Forecasts;
using Continuity.Engine.Scheduling;
using Continuity.Engine.Scheduling.Costs;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Engine.Tests.Forecasts;

/// <summary>
/// A pipeline on a fleet in virtual time, with the scheduler that a farm has: tasks take a random time around a mean, GPUs have speeds and load models. What the scheduler was taught beforehand
/// comes from the same times. What really happens is then compared with what was forecast.
/// </summary>
internal sealed class VirtualFarm
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PipelineId Id = new("p");

    private readonly Work[] _works;
    private readonly double[] _speeds;
    private readonly Luck _luck;
    private readonly LearnedCosts _costs = new();
    private readonly Scheduler _scheduler;
    private readonly ImmutableArray<GpuWork> _asked;
    private readonly TaskView[] _tasks;
    private readonly Dictionary<string, int> _workOf;
    private readonly PriorityQueue<(int Gpu, int Task, double Takes), double> _ends = new();
    private readonly bool[] _busy;
    private readonly Residency[] _holds;
    private readonly PipelineId? _rival;
    private double _now;

    public VirtualFarm(int seed, Work[] works, double[] speeds, int samples, (string Id, int Work, string[] After)[] tasks, int rivals = 0)
    {
        (_works, _speeds, _luck) = (works, speeds, new Luck(seed));
        _asked = [.. works.Select(work => new GpuWork(work.Name, new GpuNeeds([], work.Models, 0)))];
        _workOf = tasks.ToDictionary(task => task.Id, task => task.Work, StringComparer.Ordinal);
        _tasks =
        [
            .. tasks.Select(task => new TaskView
            {
                Definition = new TaskDefinition { Id = task.Id, Kind = (TaskKind)task.Work, Label = task.Id, ProfileId = works[task.Work].Name, Dependencies = [.. task.After] },
                Row = new TaskRow { TaskId = task.Id },
            }),
        ];
        for (var sample = 0; sample < samples; sample++)
        {
            for (var gpu = 0; gpu < speeds.Length; gpu++)
            {
                foreach (var work in works)
                {
                    _costs.Observe(Gpu(gpu), work.Name, [], Takes(work, gpu));
                }
            }
        }

        _scheduler = new Scheduler(costs: _costs);
        _busy = new bool[speeds.Length];
        _holds = [.. speeds.Select(_ => new Residency(24, ModelKinds.Gigabytes))];
        for (var gpu = 0; gpu < speeds.Length; gpu++)
        {
            Tell(gpu);
        }

        _rival = rivals > 0 ? new PipelineId("rival") : null;
        for (var rival = 0; rival < rivals; rival++)
        {
            _scheduler.Add(Ticket(_rival!.Value, $"r{rival}", rival, works[0]));
        }
    }

    /// <summary>Plays on until so many tasks are done.</summary>
    public void RunUntil(int done)
    {
        AddReady();
        Choose();
        while (_tasks.Count(task => task.Row.State == TaskState.Completed) < done)
        {
            Step();
        }
    }

    /// <summary>What is forecast now, in seconds from the beginning.</summary>
    public (double P50, double P90, PipelineForecast Forecast) Forecast()
    {
        var costs = _scheduler.Costs(new CostQuestion(Id, PipelinePriority.Normal, _asked), At());
        var forecast = Forecaster.Forecast(PipelineStatus.Active, _tasks, _workOf, _asked, costs, At());
        return (_now + forecast.End!.Value.P50.TotalSeconds, _now + forecast.End.Value.P90.TotalSeconds, forecast);
    }

    /// <summary>Plays on to the end.</summary>
    /// <returns>When it came.</returns>
    public double RunToEnd()
    {
        RunUntil(_tasks.Length);
        return _now;
    }

    private static GpuId Gpu(int gpu) => new($"g{gpu:000}");

    private Ticket Ticket(PipelineId pipeline, string task, int order, Work work) => new()
    {
        Id = new TicketId(new TaskKey(pipeline, task), 1),
        ProfileId = work.Name,
        Models = work.Models,
        WaitingSince = At(),
        Order = order,
    };

    private DateTimeOffset At() => Start.AddSeconds(_now);

    private double Takes(Work work, int gpu) => Math.Max(work.Mean / 10, work.Mean * (1 + (work.Spread * _luck.Normal()))) / _speeds[gpu];

    private void Tell(int gpu) => _scheduler.Tell(new FleetGpu(new GpuStatus { Id = Gpu(gpu), Health = GpuHealth.Healthy, SlotsUsed = _busy[gpu] ? 1 : 0, Slots = 1 }), At());

    private void Step()
    {
        _ends.TryDequeue(out var ended, out _now);
        _busy[ended.Gpu] = false;
        _scheduler.Ended(Gpu(ended.Gpu), TicketOf(ended.Task), TimeSpan.FromSeconds(ended.Takes), At());
        if (ended.Task >= 0)
        {
            Change(ended.Task, TaskState.Completed);
        }

        Tell(ended.Gpu);
        AddReady();
        Choose();
    }

    private TicketId TicketOf(int task) => task >= 0 ? new TicketId(new TaskKey(Id, _tasks[task].Definition.Id), 1) : new TicketId(new TaskKey(_rival!.Value, $"r{~task}"), 1);

    private void AddReady()
    {
        for (var task = 0; task < _tasks.Length; task++)
        {
            if (_tasks[task] is { Row.State: TaskState.Pending, Definition: var definition } && definition.Dependencies.All(IsDone))
            {
                _scheduler.Add(Ticket(Id, definition.Id, task, _works[_workOf[definition.Id]]));
            }
        }
    }

    private bool IsDone(string id) => Array.Find(_tasks, task => task.Definition.Id == id)!.Row.State == TaskState.Completed;

    private void Choose()
    {
        for (var gpu = 0; gpu < _speeds.Length; gpu++)
        {
            if (_busy[gpu] || _scheduler.Choose(Gpu(gpu), At()).Ticket is not { } ticket)
            {
                continue;
            }

            _busy[gpu] = true;
            var isOwn = ticket.Id.Task.Pipeline == Id;
            var task = isOwn ? Array.FindIndex(_tasks, view => view.Definition.Id == ticket.Id.Task.TaskId) : ~int.Parse(ticket.Id.Task.TaskId[1..], System.Globalization.CultureInfo.InvariantCulture);
            var work = Array.Find(_works, work => work.Name == ticket.ProfileId)!;
            var loads = work.Models.Where(model => !_holds[gpu].Holds(model)).Sum(ModelKinds.LoadSeconds);
            _holds[gpu].Executes(work.Models);
            if (isOwn)
            {
                Change(task, TaskState.Running);
            }

            var takes = loads + Takes(work, gpu);
            _ends.Enqueue((gpu, task, takes), _now + takes);
            Tell(gpu);
        }
    }

    private void Change(int task, TaskState state) => _tasks[task] = _tasks[task] with
    {
        Row = _tasks[task].Row with { State = state, Attempts = 1, Attempt = new AttemptRecord(1, At()) },
    };

    /// <summary>A sort of work: its mean run time in seconds and the standard deviation as a part of that.</summary>
    internal sealed record Work(string Name, double Mean, double Spread, ImmutableArray<ModelFile> Models);

    // Numbers of the standard normal distribution from a seed.
    private sealed class Luck(int seed)
    {
        private ulong _state = (ulong)(uint)seed * 0x9E3779B97F4A7C15;

        public double Normal()
        {
            var sum = -6.0;
            for (var i = 0; i < 12; i++)
            {
                _state = (_state * 6364136223846793005) + 1442695040888963407;
                sum += (_state >> 11) * (1.0 / (1UL << 53));
            }

            return sum;
        }
    }
}
