using System.Collections.Immutable;

using Continuity.ComfyUI.Client;
using Continuity.Engine.Faults;
using Continuity.Gpu;
using Continuity.Pipelines;

using Microsoft.Extensions.Logging;

namespace Continuity.Grains.Gpu;

/// <summary>
/// Finds the prompts of this farm in one ComfyUI that no pipeline wants any more, and removes them. What is not known for certain stays; prompts of others are
/// not looked at.
/// </summary>
internal sealed partial class UnwantedPrompts(GpuId gpu, IComfyClient client, GpuCareServices services)
{
    private readonly ILogger _logger = services.Loggers.CreateLogger<UnwantedPrompts>();
    private readonly HashSet<string> _unwanted = new(StringComparer.Ordinal);
    private Task _removal = Task.CompletedTask;
    private string? _unstoppable;

    /// <summary>Prompts that stand in the queue and that nobody will take up.</summary>
    public IReadOnlySet<string> All => _unwanted;

    /// <summary>A prompt that goes on running though it was interrupted again and again.</summary>
    public string? Unstoppable => _unstoppable is not null && _unwanted.Contains(_unstoppable) ? _unstoppable : null;

    /// <summary>Asks the pipelines for prompts that no slot accounts for.</summary>
    /// <returns>The attempts that would take such a prompt up again, if they were given a slot here.</returns>
    public async Task<ImmutableArray<TicketId>> JudgeAsync(ImmutableArray<QueuedWork> doubtful)
    {
        _unwanted.IntersectWith(doubtful.Select(work => work.PromptId));
        var takers = await Task.WhenAll(doubtful.Where(work => !_unwanted.Contains(work.PromptId)).Select(AskAsync));
        return [.. takers.OfType<TicketId>()];
    }

    /// <summary>Removes what is unwanted, in the background: what waits first, so that it does not start.</summary>
    public void Remove(IEnumerable<QueuedWork> queue, CancellationToken cancellationToken)
    {
        if (_removal.IsCompleted && _unwanted.Count > 0)
        {
            _removal = RemoveAsync([.. queue.Where(work => _unwanted.Contains(work.PromptId)).OrderBy(work => work.Runs).Select(work => work.PromptId)], cancellationToken);
        }
    }

    private async Task<TicketId?> AskAsync(QueuedWork work)
    {
        var task = work.Owner!.Task;
        try
        {
            var claim = await services.Grains.Reports(task.Pipeline).GetClaimAsync(task.TaskId, work.PromptId);
            if (!claim.IsWanted)
            {
                _unwanted.Add(work.PromptId);
            }

            return claim.NextAttempt is { } next ? new TicketId(task, next) : null;
        }
        catch (Exception exception)
        {
            // Whatever the reason, the pipeline did not say no: the prompt stays, and is asked for at the next look.
            LogNoAnswer(_logger, exception, gpu, work.PromptId, task.Pipeline);
            return null;
        }
    }

    private async Task RemoveAsync(ImmutableArray<string> prompts, CancellationToken cancellationToken)
    {
        foreach (var prompt in prompts)
        {
            try
            {
                await RemoveAsync(prompt, cancellationToken);
            }
            catch (ComfyException exception)
            {
                LogNotRemoved(_logger, exception, gpu, prompt);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task RemoveAsync(string prompt, CancellationToken cancellationToken)
    {
        switch (await client.CancelAsync(prompt, cancellationToken))
        {
            case Whereabouts.Running:
                _unstoppable = prompt;
                return;
            case Whereabouts.Ended:
                await client.DeleteHistoryAsync(prompt, cancellationToken);
                break;
        }

        LogRemoved(_logger, gpu, prompt);
    }

    [LoggerMessage(2010, LogLevel.Information, "GPU {GpuId}: prompt {PromptId} was removed, which no pipeline wants any more.")]
    private static partial void LogRemoved(ILogger logger, GpuId gpuId, string promptId);

    [LoggerMessage(2011, LogLevel.Debug, "GPU {GpuId}: the unwanted prompt {PromptId} could not be removed; tried again at the next look.")]
    private static partial void LogNotRemoved(ILogger logger, Exception exception, GpuId gpuId, string promptId);

    [LoggerMessage(2012, LogLevel.Debug, "GPU {GpuId}: whether prompt {PromptId} is wanted is not known, as pipeline {PipelineId} did not answer; it stays.")]
    private static partial void LogNoAnswer(ILogger logger, Exception exception, GpuId gpuId, string promptId, PipelineId pipelineId);
}
