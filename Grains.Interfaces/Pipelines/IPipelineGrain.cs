using System.Collections.Immutable;

using Continuity.Tasks;

using Orleans.Concurrency;

namespace Continuity.Pipelines;

/// <summary>
/// One pipeline: the single writer of its DAG and of every task's row. Decides what is ready, records each transition, then tells.
/// Every command is idempotent: it may be repeated with the same operation id after a doubt.
/// </summary>
[Alias("continuity.IPipelineGrain")]
public interface IPipelineGrain : IGrainWithStringKey
{
    /// <summary>Stores the pipeline durably and starts it.</summary>
    /// <param name="definition">The pipeline; its id must be this grain's key.</param>
    /// <returns>Accepted, also when repeated; or why not.</returns>
    [Alias("submit")]
    Task<SubmitResult> SubmitAsync(PipelineDefinition definition);

    /// <summary>Reads the whole pipeline.</summary>
    /// <returns>The pipeline, or <see langword="null"/> when there is none under this id.</returns>
    [Alias("get"), AlwaysInterleave]
    Task<PipelineSnapshot?> GetAsync();

    /// <summary>Reads what was submitted, with the pipeline's own copies of its profiles.</summary>
    /// <returns>The definition, or <see langword="null"/> when there is no pipeline under this id.</returns>
    [Alias("definition"), AlwaysInterleave]
    Task<PipelineDefinition?> GetDefinitionAsync();

    /// <summary>Reads the newest part of the history.</summary>
    /// <param name="taskId">One task's lines, or <see langword="null"/> for all.</param>
    /// <param name="limit">How many lines at the most, 1 to 1,000.</param>
    /// <returns>The lines, oldest first.</returns>
    [Alias("history"), AlwaysInterleave]
    Task<ImmutableArray<TaskEvent>> GetHistoryAsync(string? taskId, int limit);

    /// <summary>Starts nothing new until resumed; what runs goes on to its end.</summary>
    /// <param name="operationId">Identifies the command, so that it may be repeated.</param>
    /// <returns>The outcome.</returns>
    [Alias("pause")]
    Task<CommandResult> PauseAsync(Guid operationId);

    /// <summary>Goes on after a pause; after a failure or a cancellation runs the failed, skipped and cancelled tasks again, and no others.</summary>
    /// <param name="operationId">Identifies the command, so that it may be repeated.</param>
    /// <returns>The outcome.</returns>
    [Alias("resume")]
    Task<CommandResult> ResumeAsync(Guid operationId);

    /// <summary>Ends the pipeline: nothing new starts, staged prompts are removed, running ones are interrupted.</summary>
    /// <param name="operationId">Identifies the command, so that it may be repeated.</param>
    /// <returns>The outcome; the pipeline is <see cref="PipelineStatus.Cancelled"/> once nothing runs any more.</returns>
    [Alias("cancel")]
    Task<CommandResult> CancelAsync(Guid operationId);

    /// <summary>Puts what waits for a GPU, now and later, into another tier; what runs goes on. It keeps the time since which it waits.</summary>
    /// <param name="operationId">Identifies the command, so that it may be repeated.</param>
    /// <param name="priority">The tier.</param>
    /// <returns>The outcome.</returns>
    [Alias("priority")]
    Task<CommandResult> SetPriorityAsync(Guid operationId, PipelinePriority priority);

    /// <summary>Runs failed tasks again, with those that were skipped because of them.</summary>
    /// <param name="operationId">Identifies the command, so that it may be repeated.</param>
    /// <param name="taskId">
    /// One task, or <see langword="null"/> for every failed one. A completed task may be named: it and all that was made from it are made again.
    /// </param>
    /// <param name="newSeed">Whether the task gets another seed.</param>
    /// <returns>The outcome.</returns>
    [Alias("retry")]
    Task<CommandResult> RetryAsync(Guid operationId, string? taskId, bool newSeed);

    /// <summary>Removes a pipeline that is at an end, with its rows and history. Artifacts stay until they are collected.</summary>
    /// <param name="operationId">Identifies the command, so that it may be repeated.</param>
    /// <returns>The outcome; done also when there is no such pipeline any more.</returns>
    [Alias("delete")]
    Task<CommandResult> DeleteAsync(Guid operationId);

    /// <summary>
    /// Follows the pipeline: first what changed after a version, then every newer change, conflated for a slow reader, until the pipeline is at an end.
    /// After an error, call it again with the last version seen.
    /// </summary>
    /// <param name="afterVersion">The version already known; 0 for none.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>The updates, with growing versions; empty when there is no such pipeline.</returns>
    [Alias("watch"), AlwaysInterleave]
    IAsyncEnumerable<PipelineUpdate> WatchAsync(long afterVersion, CancellationToken cancellationToken = default);

    /// <summary>Makes sure the grain is alive and works; called by the recovery sweep.</summary>
    /// <returns>When it is.</returns>
    [Alias("wake"), AlwaysInterleave]
    Task WakeAsync();

    /// <summary>The same after a silo has gone: what it may have held of this pipeline (tasks under way, slots, tickets) is looked for again at once.</summary>
    /// <returns>When begun.</returns>
    [Alias("lookAgain"), AlwaysInterleave]
    Task LookAgainAsync();
}
