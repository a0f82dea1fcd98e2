using System.Globalization;

using Continuity.Engine.Scheduling;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Bench.Scheduling;

/// <summary>The policy of this repository: the rules of <c>Engine/Scheduling</c>, told and asked as the pool's grain does it.</summary>
internal sealed class Production : ISchedulingPolicy
{
    private readonly TicketQueue _queue = new();
    private readonly Dictionary<TicketId, SimTask> _tasks = [];
    private PipelineId[] _pipelines = [];
    private FleetGpu[] _fleet = [];

    public string Name => "production";

    public int Slots => 2;

    public void Begin(IReadOnlyList<GpuModel> gpus, int owners)
    {
        _pipelines = [.. Enumerable.Range(0, owners).Select(owner => new PipelineId($"owner-{owner}"))];
        _fleet = [.. gpus.Select(gpu => new FleetGpu(new GpuStatus { Id = new GpuId($"gpu-{gpu.Id}"), Health = GpuHealth.Healthy, Slots = Slots }))];
    }

    public void Ready(IReadOnlyList<SimTask> tasks, double now)
    {
        foreach (var task in tasks)
        {
            var ticket = new Ticket
            {
                Id = new TicketId(new TaskKey(_pipelines[task.Owner], task.Index.ToString(CultureInfo.InvariantCulture)), 1),
                PipelineCreatedAt = At(task.ReleaseAt),
                Order = task.Index,
                ProfileId = task.Profile.Name,
                Models = [.. task.Profile.Models.Select(model => new ModelFile("Loader", "file", model.Name))],
                WaitingSince = At(now),
            };
            _tasks[ticket.Id] = task;
            _queue.Add(ticket);
        }
    }

    public bool MayHaveFor(GpuModel gpu) => _queue.Count > 0;

    public Decision Choose(GpuModel gpu, double now)
    {
        Tell(gpu);
        if (_queue.Take(_fleet[gpu.Id], _fleet) is not { } ticket)
        {
            return default;
        }

        // The pool counts what it has just given before the GPU tells of it.
        Tell(gpu, given: 1);
        _tasks.Remove(ticket.Id, out var task);
        return new Decision(task);
    }

    public void Ended(SimTask task, GpuModel gpu, double now) => Tell(gpu);

    private void Tell(GpuModel gpu, int given = 0)
    {
        var known = _fleet[gpu.Id];
        if (known.Status.SlotsUsed != gpu.Used + given)
        {
            _fleet[gpu.Id] = known with { Status = known.Status with { SlotsUsed = gpu.Used + given } };
        }
    }

    private static DateTimeOffset At(double seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);
}
