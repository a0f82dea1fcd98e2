using Continuity.Simulator.Gpu;
using Continuity.Simulator.Hosting;
using Continuity.Simulator.Json;
using Continuity.Simulator.Sockets;
using Continuity.Simulator.Storage;

namespace Continuity.Simulator.Execution;

/// <summary>Takes prompts from the queue one at a time. An exception outside a node ends it for good: the server is then a zombie.</summary>
internal sealed class PromptWorker(
    PromptQueue queue,
    PromptExecutor executor,
    SocketHub hub,
    ModelMemory memory,
    StatisticsRecorder statistics,
    PromptJournal journal,
    SimulatorOptions options)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (await queue.GetAsync(cancellationToken) is { } item)
                {
                    await ExecuteAsync(item, cancellationToken);
                }

                var (unloadModels, freeMemory) = queue.TakeFlags();
                if (unloadModels)
                {
                    memory.UnloadAll();
                }

                if (freeMemory)
                {
                    executor.Reset();
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WorkerDeathException or PythonException)
        {
            // Stopped, or dead like the real worker thread; HTTP and sockets go on in the latter case.
        }
    }

    private async Task ExecuteAsync(QueueItem item, CancellationToken cancellationToken)
    {
        journal.Started(item.PromptId);
        statistics.ExecutionStarted(item.PromptId);
        PromptOutcome outcome;
        try
        {
            outcome = await executor.ExecuteAsync(item, cancellationToken);
        }
        finally
        {
            statistics.ExecutionEnded();
        }

        queue.TaskDone(item, outcome.HistoryResult, outcome.Status);
        if (hub.CurrentClient is not null)
        {
            hub.Send("executing", new PyDict { ["node"] = null, ["prompt_id"] = item.PromptId }, hub.CurrentClient);
        }

        BeBusy();
    }

    // Works like the real one, rather than waits: no timer is as fine.
    private void BeBusy()
    {
        var since = options.TimeProvider.GetTimestamp();
        while (options.TimeProvider.GetElapsedTime(since) < options.TurnTime)
        {
            Thread.SpinWait(20);
        }
    }
}

/// <summary>What the history gets of a prompt that ended.</summary>
internal sealed record PromptOutcome(PyDict HistoryResult, PyDict Status);
