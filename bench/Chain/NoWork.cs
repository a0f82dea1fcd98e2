using Continuity.Grains.Tasks;
using Continuity.Tasks;

namespace Continuity.Bench;

/// <summary>Attempts that need no GPU and do nothing, as a join of clips does without the joining: begun and completed on record.</summary>
internal sealed class NoWork(Persistently persistently, TimeProvider time) : IAttemptFactory
{
    private static readonly TaskResult Nothing = new();

    public IAttempt Create(TaskAssignment assignment, IAttemptHost host) => new Attempt(assignment, host, persistently, time);

    public bool NeedsOnlyItsTurn(TaskDefinition task) => true;

    private sealed class Attempt(TaskAssignment assignment, IAttemptHost host, Persistently persistently, TimeProvider time) : IAttempt
    {
        public GpuTime? Gpu => null;

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            var (task, number) = (assignment.Task.Id, assignment.Attempt);
            if (assignment.Recorded is not null
                || await persistently.CallAsync(() => host.Pipeline.BeginAttemptAsync(task, new AttemptRecord(number, time.GetUtcNow())), cancellationToken))
            {
                await persistently.CallAsync(() => host.Pipeline.CompleteAttemptAsync(task, number, Nothing), cancellationToken);
            }
        }

        public Task TakeBackAsync(string reason, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task CleanUpAsync(CancellationToken cancellationToken) =>
            persistently.CallAsync(() => host.Pipeline.AttemptCancelledAsync(assignment.Task.Id, assignment.Attempt), cancellationToken);
    }
}
