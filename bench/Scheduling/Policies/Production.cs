using System.Collections.Immutable;
using System.Globalization;

using Continuity.Engine.Scheduling;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Bench.Scheduling;

/// <summary>
/// The policy of this repository: the rules of <c>Engine/Scheduling</c>, told and asked as the pool's grain does it. Run and load times it learns from what ends; sizes of files and GPUs it
/// is told.
/// </summary>
internal sealed class Production : ISchedulingPolicy
{
    private readonly Dictionary<string, double> _sizes = new(StringComparer.Ordinal);
    private readonly Dictionary<Profile, ImmutableArray<ModelFile>> _files = [];
    private readonly Dictionary<TicketId, SimTask> _tasks = [];
    private readonly PriorityQueue<double, double> _wakes = new();
    private readonly Scheduler _scheduler;
    private PipelineId[] _pipelines = [];
    private FleetGpu[] _fleet = [];
    private double[] _since = [];
    private double[] _askAt = [];
    private double _now;

    public Production() => _scheduler = new Scheduler(sizeOf: model => _sizes[model.FileName]);

    public string Name => "production";

    public int Slots => 2;

    public double? WakeAt => _wakes.TryPeek(out var wake, out _) ? wake : null;

    public void Begin(IReadOnlyList<GpuModel> gpus, int owners)
    {
        _pipelines = [.. Enumerable.Range(0, owners).Select(owner => new PipelineId($"owner-{owner}"))];
        (_since, _askAt) = (new double[gpus.Count], new double[gpus.Count]);
        _fleet = [.. gpus.Select(gpu => new FleetGpu(
            new GpuStatus { Id = new GpuId($"gpu-{gpu.Id:0000}"), Health = GpuHealth.Healthy, Slots = Slots },
            new GpuCapabilities { Version = "all", VramTotal = (long)(gpu.Kind.Gigabytes * 1e9) }))];
        foreach (var (gpu, known) in gpus.Zip(_fleet))
        {
            _scheduler.Tell(known, At(0));
            if (gpu.LastRun is { } warm)
            {
                _scheduler.Holds(known.Id, Files(warm));
            }
        }
    }

    public void Ready(IReadOnlyList<SimTask> tasks, double now)
    {
        foreach (var task in tasks)
        {
            var ticket = new Ticket
            {
                Id = new TicketId(new TaskKey(_pipelines[task.Owner], task.Index.ToString(CultureInfo.InvariantCulture)), 1),
                Order = task.Index,
                ProfileId = task.Profile.Name,
                Models = Files(task.Profile),
                WaitingSince = At(now),
            };
            _tasks[ticket.Id] = task;
            _scheduler.Add(ticket);
        }
    }

    public void Plan(double now)
    {
        _now = now;
        while (_wakes.TryPeek(out var wake, out _) && wake <= now)
        {
            _wakes.Dequeue();
        }
    }

    // A GPU that was told when to ask again asks then.
    public bool MayHaveFor(GpuModel gpu) => _scheduler.Count > 0 && _askAt[gpu.Id] <= _now;

    public Decision Choose(GpuModel gpu, double now)
    {
        Tell(gpu, gpu.Used, now);
        var choice = _scheduler.Choose(_fleet[gpu.Id].Id, At(now));
        if (choice.AskAgainAt is { } again)
        {
            _askAt[gpu.Id] = (again - DateTimeOffset.UnixEpoch).TotalSeconds + 1e-3;
            _wakes.Enqueue(_askAt[gpu.Id], _askAt[gpu.Id]);
        }

        if (choice.Ticket is not { } ticket)
        {
            return default;
        }

        // The pool counts what it has just given before the GPU tells of it.
        _since[gpu.Id] = gpu.Used == 0 ? now : _since[gpu.Id];
        Tell(gpu, gpu.Used + 1, now);
        _tasks.Remove(ticket.Id, out var task);
        return new Decision(task);
    }

    public void Ended(SimTask task, GpuModel gpu, double now)
    {
        var ticket = new TicketId(new TaskKey(_pipelines[task.Owner], task.Index.ToString(CultureInfo.InvariantCulture)), 1);
        _scheduler.Ended(_fleet[gpu.Id].Id, ticket, TimeSpan.FromSeconds(now - _since[gpu.Id]), At(now));
        (_since[gpu.Id], _askAt[gpu.Id]) = (now, 0);
        Tell(gpu, gpu.Used, now);
    }

    private ImmutableArray<ModelFile> Files(Profile profile)
    {
        if (!_files.TryGetValue(profile, out var files))
        {
            _files[profile] = files = [.. profile.Models.Select(model => new ModelFile(model.Loader, "file", model.Name))];
            profile.Models.ToList().ForEach(model => _sizes[model.Name] = model.Gigabytes);
        }

        return files;
    }

    private void Tell(GpuModel gpu, int used, double now)
    {
        var known = _fleet[gpu.Id];
        if (known.Status.SlotsUsed != used)
        {
            _scheduler.Tell(_fleet[gpu.Id] = known with { Status = known.Status with { SlotsUsed = used } }, At(now));
        }
    }

    private static DateTimeOffset At(double seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);
}
