using System.Diagnostics;

using Continuity.Engine.Dags;
using Continuity.Pipelines;

namespace Continuity.Client;

/// <content>What changes a pipeline.</content>
public sealed partial class ContinuityClient
{
    /// <summary>Submits a pipeline. It is stored durably when this returns. Repeating it with the same definition changes nothing.</summary>
    /// <param name="definition">The pipeline.</param>
    /// <param name="cancellationToken">Ends the call; the pipeline may have been accepted all the same.</param>
    /// <returns>The pipeline as accepted.</returns>
    /// <exception cref="RejectedException">The definition has faults; nothing was created.</exception>
    /// <exception cref="ConflictException">The id is taken by a different pipeline.</exception>
    public async Task<PipelineSummary> SubmitAsync(PipelineDefinition definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var faults = DagValidator.Validate(definition);
        if (!faults.IsEmpty)
        {
            throw new RejectedException(faults);
        }

        var result = await _calls.RunAsync($"submit pipeline {definition.Id}", () => Pipeline(definition.Id).SubmitAsync(definition), cancellationToken);
        return result switch
        {
            SubmitResult.Accepted accepted => accepted.Summary,
            SubmitResult.Conflict conflict => throw new ConflictException(conflict.Message),
            SubmitResult.Rejected rejected => throw new RejectedException(rejected.Faults),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Starts nothing new until resumed; what runs goes on to its end.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="operationId">Identifies the command; <see langword="null"/> for a new one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The pipeline after it.</returns>
    /// <exception cref="NotFoundException">There is no such pipeline.</exception>
    /// <exception cref="ConflictException">The pipeline is at an end.</exception>
    public Task<PipelineSummary> PauseAsync(PipelineId id, Guid? operationId = null, CancellationToken cancellationToken = default) =>
        CommandAsync("pause", id, operationId, static (grain, operation) => grain.PauseAsync(operation), cancellationToken);

    /// <summary>Goes on after a pause; after a failure or a cancellation runs the failed, skipped and cancelled tasks again, and no others.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="operationId">Identifies the command; <see langword="null"/> for a new one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The pipeline after it.</returns>
    /// <exception cref="NotFoundException">There is no such pipeline.</exception>
    /// <exception cref="ConflictException">The pipeline cannot be resumed as it stands.</exception>
    public Task<PipelineSummary> ResumeAsync(PipelineId id, Guid? operationId = null, CancellationToken cancellationToken = default) =>
        CommandAsync("resume", id, operationId, static (grain, operation) => grain.ResumeAsync(operation), cancellationToken);

    /// <summary>Ends a pipeline: nothing new starts, staged prompts are removed, running ones are interrupted.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="operationId">Identifies the command; <see langword="null"/> for a new one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The pipeline after it; it is <see cref="PipelineStatus.Cancelled"/> once nothing runs any more.</returns>
    /// <exception cref="NotFoundException">There is no such pipeline.</exception>
    /// <exception cref="ConflictException">The pipeline is at an end.</exception>
    public Task<PipelineSummary> CancelAsync(PipelineId id, Guid? operationId = null, CancellationToken cancellationToken = default) =>
        CommandAsync("cancel", id, operationId, static (grain, operation) => grain.CancelAsync(operation), cancellationToken);

    /// <summary>Puts what waits for a GPU, now and later, into another tier; what runs goes on.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="priority">The tier.</param>
    /// <param name="operationId">Identifies the command; <see langword="null"/> for a new one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The pipeline after it.</returns>
    /// <exception cref="NotFoundException">There is no such pipeline.</exception>
    public Task<PipelineSummary> SetPriorityAsync(PipelineId id, PipelinePriority priority, Guid? operationId = null, CancellationToken cancellationToken = default) =>
        CommandAsync("set the priority of", id, operationId, (grain, operation) => grain.SetPriorityAsync(operation, priority), cancellationToken);

    /// <summary>Runs every failed task again, with those that were skipped because of them.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="newSeed">Whether the tasks get another seed.</param>
    /// <param name="operationId">Identifies the command; <see langword="null"/> for a new one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The pipeline after it.</returns>
    /// <exception cref="NotFoundException">There is no such pipeline.</exception>
    /// <exception cref="ConflictException">Nothing is to be retried as the pipeline stands.</exception>
    public Task<PipelineSummary> RetryFailedAsync(PipelineId id, bool newSeed = false, Guid? operationId = null, CancellationToken cancellationToken = default) =>
        CommandAsync("retry", id, operationId, (grain, operation) => grain.RetryAsync(operation, null, newSeed), cancellationToken);

    /// <summary>Runs one task again; a completed one with all that was made from it.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="newSeed">Whether the task gets another seed.</param>
    /// <param name="operationId">Identifies the command; <see langword="null"/> for a new one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The pipeline after it.</returns>
    /// <exception cref="NotFoundException">There is no such pipeline or task.</exception>
    /// <exception cref="ConflictException">The task cannot be retried as it stands.</exception>
    public Task<PipelineSummary> RetryTaskAsync(
        PipelineId id,
        string taskId,
        bool newSeed = false,
        Guid? operationId = null,
        CancellationToken cancellationToken = default) =>
        CommandAsync("retry", id, operationId, (grain, operation) => grain.RetryAsync(operation, taskId, newSeed), cancellationToken);

    /// <summary>Removes a pipeline that is at an end, with its rows and history. Done also when there is no such pipeline any more.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="operationId">Identifies the command; <see langword="null"/> for a new one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>When it is gone.</returns>
    /// <exception cref="ConflictException">The pipeline is not at an end.</exception>
    public async Task DeleteAsync(PipelineId id, Guid? operationId = null, CancellationToken cancellationToken = default)
    {
        var operation = operationId ?? Guid.NewGuid();
        var result = await _calls.RunAsync($"delete pipeline {id}", () => Pipeline(id).DeleteAsync(operation), cancellationToken);
        if (result is CommandResult.Rejected rejected)
        {
            throw new ConflictException(rejected.Message);
        }
    }

    private async Task<PipelineSummary> CommandAsync(
        string verb,
        PipelineId id,
        Guid? operationId,
        Func<IPipelineGrain, Guid, Task<CommandResult>> command,
        CancellationToken cancellationToken)
    {
        // One id for every try: the answer to a command that was carried out may have been lost.
        var operation = operationId ?? Guid.NewGuid();
        var result = await _calls.RunAsync($"{verb} pipeline {id}", () => command(Pipeline(id), operation), cancellationToken);
        return result switch
        {
            CommandResult.Done done => done.Summary,
            CommandResult.NotFound missing => throw new NotFoundException(missing.Message),
            CommandResult.Rejected rejected => throw new ConflictException(rejected.Message),
            _ => throw new UnreachableException(),
        };
    }
}
