using Continuity.Tasks;

namespace Continuity.Grains.Tasks;

/// <summary>Makes the attempt that a task's grain runs.</summary>
internal interface IAttemptFactory
{
    /// <summary>Makes an attempt at what is assigned.</summary>
    IAttempt Create(TaskAssignment assignment, IAttemptHost host);

    /// <summary>Whether an attempt at a task needs nothing but its turn, no GPU that is to be recorded: it begins with what makes it ready.</summary>
    bool NeedsOnlyItsTurn(TaskDefinition task);
}

/// <summary>Attempts by the kind of the task.</summary>
internal sealed class AttemptFactory(AttemptServices services) : IAttemptFactory
{
    public IAttempt Create(TaskAssignment assignment, IAttemptHost host) => NeedsOnlyItsTurn(assignment.Task)
        ? new TimelineAttempt(assignment, host, services)
        : new ComfyAttempt(assignment, host, services);

    public bool NeedsOnlyItsTurn(TaskDefinition task) => task.Kind == TaskKind.ExportTimeline;
}
