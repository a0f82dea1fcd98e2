using System.Collections.Concurrent;

using Continuity.Chaos.Pipelines;
using Continuity.Client;
using Continuity.Pipelines;

namespace Continuity.Chaos.Runs;

/// <summary>Clients that give commands without a pause, each on pipelines of its own, and remember what was acknowledged.</summary>
/// <param name="client">The connection they share.</param>
/// <param name="pause">Between two commands of one client.</param>
public sealed class CommandLoad(ContinuityClient client, TimeSpan pause)
{
    private static readonly ChainPlan Plan = new(1, 1, 0.1);

    private readonly ConcurrentQueue<Acknowledgement> _acknowledged = [];
    private readonly ConcurrentQueue<string> _failed = [];
    private int _seed;

    /// <summary>What was acknowledged so far.</summary>
    public IReadOnlyList<Acknowledgement> Acknowledged => [.. _acknowledged];

    /// <summary>What was not: the SDK gave up, or the cluster refused.</summary>
    public IReadOnlyList<string> Failed => [.. _failed];

    /// <summary>Gives commands until told to stop.</summary>
    public Task RunAsync(int clients, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, clients).Select(_ => OneAsync(stop)));

    private async Task OneAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var id = PipelineId.New();
            var definition = Plan.Make(id, Interlocked.Increment(ref _seed));
            var fits = await TryAsync(id, "submit", null, _ => client.SubmitAsync(definition, stop), stop)
                && await CommandAsync(id, "pause", operation => client.PauseAsync(id, operation, stop), stop)
                && await CommandAsync(id, "resume", operation => client.ResumeAsync(id, operation, stop), stop)
                && await CommandAsync(id, "pause", operation => client.PauseAsync(id, operation, stop), stop)
                && await CommandAsync(id, "cancel", operation => client.CancelAsync(id, operation, stop), stop)
                && await CommandAsync(id, "retry", operation => client.RetryFailedAsync(id, operationId: operation, cancellationToken: stop), stop)
                && await CommandAsync(id, "cancel", operation => client.CancelAsync(id, operation, stop), stop);
            if (!fits)
            {
                await Task.Yield();
            }
        }
    }

    private Task<bool> CommandAsync(PipelineId id, string verb, Func<Guid, Task> command, CancellationToken stop)
    {
        var operation = Guid.NewGuid();
        return TryAsync(id, verb, operation, _ => command(operation), stop);
    }

    private async Task<bool> TryAsync(PipelineId id, string verb, Guid? operation, Func<Guid?, Task> command, CancellationToken stop)
    {
        try
        {
            await Task.Delay(pause, TimeProvider.System, stop);
            await command(operation);
            _acknowledged.Enqueue(new Acknowledgement(id, operation, verb));
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception)
        {
            // Whatever it is: a command that was not acknowledged. It is told, and the next pipeline begins.
            _failed.Enqueue($"{verb} {id}: {exception.GetType().Name}: {exception.Message}");
            return false;
        }
    }
}
