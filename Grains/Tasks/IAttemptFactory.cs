using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>Makes the attempt that a task's grain runs.</summary>
internal interface IAttemptFactory
{
    /// <summary>Makes an attempt at what is assigned.</summary>
    IAttempt Create(TaskAssignment assignment, IAttemptHost host);
}

/// <summary>Attempts by the kind of the task.</summary>
internal sealed class AttemptFactory(AttemptServices services) : IAttemptFactory
{
    public IAttempt Create(TaskAssignment assignment, IAttemptHost host) => assignment.Task.Kind == TaskKind.ExportTimeline
        ? new TimelineAttempt(assignment, host, services)
        : new ComfyAttempt(assignment, host, services);
}
