using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;

using Continuity.Engine.Dags;
using Continuity.Engine.Pipelines;
using Continuity.Grains.Stores;
using Continuity.Grains.Tasks;
using Continuity.Pipelines;
using Continuity.Tasks;

using Microsoft.Extensions.Logging;

namespace Continuity.Grains.Pipelines;

/// <summary>
/// One pipeline. Every change goes the same way: a pure rule decides, the store records, then the state in memory follows and the outside is told. A write whose
/// fate is unknown ends the activation; the next one reads what really happened.
/// </summary>
internal sealed partial class PipelineGrain(
    IPipelineStore store,
    DrivenPipelines driven,
    IAttemptFactory attempts,
    TaskDispatcherFactory dispatchers,
    FeedPublisher feed,
    TimeProvider time,
    ILogger<PipelineGrain> logger) : Grain, IPipelineGrain, IPipelineTasks, IIncomingGrainCallFilter
{
    private const int MaxHistory = 1_000;

    private PipelineState? _state;
    private Task? _loading;
    private HashSet<Guid> _operations = [];
    private TaskDispatcher? _dispatcher;
    private PipelineWatch? _watch;

    private PipelineId Id => new(this.GetPrimaryKeyString());

    /// <summary>Reads what is stored before the first call. A submission stores first, as most are of something new, and reads only when the id turns out to be taken.</summary>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (_state is null && context.MethodName != nameof(IPipelineGrain.SubmitAsync))
        {
            await LoadAsync();
        }

        await context.Invoke();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _watch?.End();
        return Task.CompletedTask;
    }

    public async Task<SubmitResult> SubmitAsync(PipelineDefinition definition)
    {
        if (definition.Id != Id)
        {
            return new SubmitResult.Rejected([new DefinitionFault("$.id", $"The pipeline '{definition.Id}' was sent to '{Id}'.")]);
        }

        if (_state is null && DagValidator.Validate(definition) is { IsEmpty: false } faults)
        {
            await LoadAsync();
            if (_state is null)
            {
                return new SubmitResult.Rejected(faults);
            }
        }

        if (_state is null)
        {
            var state = PipelineState.Create(definition, time.GetUtcNow(), attempts.NeedsOnlyItsTurn);
            if (await GuardAsync(store.CreateAsync(state)))
            {
                Open(state, []);
                LogAccepted(Id, definition.Tasks.Length);
                return Accept();
            }

            await LoadAsync();
        }

        if (_state is null)
        {
            // Somebody else's activation was faster: read what it stored.
            DeactivateOnIdle();
            throw new Orleans.Storage.InconsistentStateException($"Pipeline {Id} was created by another activation.");
        }

        return IsSame(_state.Definition, definition)
            ? Accept()
            : new SubmitResult.Conflict($"The id '{Id}' is taken by pipeline '{_state.Summary.Name}' of {_state.Summary.CreatedAt:u}.");

        SubmitResult.Accepted Accept()
        {
            Drive();
            return new SubmitResult.Accepted(_state!.Summary);
        }
    }

    public Task<PipelineSnapshot?> GetAsync() => Task.FromResult(_state is not { } state ? null : new PipelineSnapshot
    {
        Summary = state.Summary,
        Tasks = [.. Enumerable.Range(0, state.Rows.Count).Select(i => _watch!.View(i))],
        Scenes = state.Definition.Scenes,
        Warnings = state.Definition.Warnings,
        Deadline = state.Definition.Deadline,
        IsLate = _dispatcher!.IsLate,
    });

    public Task<PipelineDefinition?> GetDefinitionAsync() => Task.FromResult(_state?.Definition);

    public Task<ImmutableArray<TaskEvent>> GetHistoryAsync(string? taskId, int limit) =>
        store.GetHistoryAsync(Id, taskId, Math.Clamp(limit, 1, MaxHistory));

    public Task<CommandResult> PauseAsync(Guid operationId) => CommandAsync(operationId, CommandRules.Pause, after: () => _dispatcher!.WithdrawAsync());

    public Task<CommandResult> ResumeAsync(Guid operationId) => CommandAsync(operationId, CommandRules.Resume, drive: true);

    public Task<CommandResult> CancelAsync(Guid operationId) => CommandAsync(operationId, CommandRules.Cancel, drive: true, after: () => _dispatcher!.WithdrawAsync());

    public Task<CommandResult> SetPriorityAsync(Guid operationId, PipelinePriority priority) => CommandAsync(
        operationId,
        (state, now) => CommandRules.SetPriority(state, priority, now),
        after: () =>
        {
            _dispatcher!.TellWaiting();
            return Task.CompletedTask;
        });

    public Task<CommandResult> RetryAsync(Guid operationId, string? taskId, bool newSeed)
    {
        // A seed that every JSON reader can hold exactly.
        var seed = newSeed ? (long?)RandomNumberGenerator.GetInt32(int.MaxValue) : null;

        // What waits for a slot may have been made ready from a result that is to be made again: it goes out anew.
        return CommandAsync(operationId, (state, now) => CommandRules.Retry(state, taskId, seed, now), drive: true, after: async () =>
        {
            await _dispatcher!.WithdrawAsync();
            _dispatcher.Start();
        });
    }

    public async Task<CommandResult> DeleteAsync(Guid operationId)
    {
        if (_state is not { } state)
        {
            return new CommandResult.Done(new PipelineSummary { Id = Id, Name = "" });
        }

        if (!state.Summary.Status.IsFinal())
        {
            return new CommandResult.Rejected($"Pipeline {Id} is {state.Summary.Status.ToString().ToLowerInvariant()}; cancel it before it is removed.");
        }

        if (!await GuardAsync(store.DeleteAsync(Id, state.Summary.Version)))
        {
            throw Fenced();
        }

        _state = null;
        _watch!.End();
        DeactivateOnIdle();
        return new CommandResult.Done(state.Summary);
    }

    public async IAsyncEnumerable<PipelineUpdate> WatchAsync(long afterVersion, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_state is null)
        {
            await LoadAsync();
        }

        if (_watch is not { } watch)
        {
            yield break;
        }

        await foreach (var update in watch.FollowAsync(afterVersion, cancellationToken))
        {
            yield return update;
        }
    }

    public Task WakeAsync() => Task.CompletedTask;

    public Task LookAgainAsync()
    {
        _dispatcher?.LookAgain();
        return Task.CompletedTask;
    }

    public async Task<bool> BeginAttemptAsync(string taskId, AttemptRecord attempt)
    {
        if (_state is not { } state)
        {
            return false;
        }

        if (AttemptRules.HasBegun(state, taskId, attempt))
        {
            return true;
        }

        var begun = await CommitAsync(AttemptRules.Begin(state, taskId, attempt, time.GetUtcNow()));
        if (!begun)
        {
            _dispatcher!.Forget(taskId, attempt.Number);
        }

        return begun;
    }

    public async Task<bool> IsCurrentAsync(string taskId, AttemptRecord attempt)
    {
        if (_state is not { } state || !AttemptRules.HasBegun(state, taskId, attempt))
        {
            return false;
        }

        // No save is under way during this turn, so the versions are equal unless somebody else writes.
        return await store.GetVersionAsync(Id) == state.Summary.Version ? true : throw Fenced();
    }

    public Task<bool> CompleteAttemptAsync(string taskId, int attempt, TaskResult result, GpuTime? gpu = null) =>
        ReportAsync(state => AttemptRules.Complete(state, taskId, attempt, result, time.GetUtcNow(), gpu));

    public Task<bool> FailAttemptAsync(string taskId, int attempt, TaskFault fault, GpuTime? gpu = null) =>
        ReportAsync(state => AttemptRules.Fail(state, taskId, attempt, fault, time.GetUtcNow(), gpu));

    public Task<bool> AttemptCancelledAsync(string taskId, int attempt, GpuTime? gpu = null) =>
        ReportAsync(state => AttemptRules.Cancelled(state, taskId, attempt, time.GetUtcNow(), gpu));

    public async Task<PromptClaim> GetClaimAsync(string taskId, string promptId)
    {
        if (_state is { } state && state.IndexOf(taskId) is >= 0 and var index && AttemptRules.ClaimOf(state.Rows[index], promptId) is { IsWanted: true } claim)
        {
            return claim;
        }

        // An activation that a newer one has left behind must not condemn what that one began: only what the store confirms is not wanted.
        var known = _state?.Summary.Version;
        return new PromptClaim(IsWanted: await store.GetVersionAsync(Id) != known);
    }

    public Task ReportProgressAsync(TaskProgress progress)
    {
        if (_state is { } state && state.IndexOf(progress.TaskId) is >= 0 and var index && _dispatcher!.Heard(index, progress.Attempt) && _watch!.Report(index, progress))
        {
            feed.Publish(new PipelineFeedEvent(Id, state.Summary.Version, null, progress));
        }

        return Task.CompletedTask;
    }

    private Task LoadAsync() => _loading ??= LoadOnceAsync();

    private async Task LoadOnceAsync()
    {
        if (!PipelineId.IsValid(this.GetPrimaryKeyString()))
        {
            return;
        }

        try
        {
            if (await store.LoadAsync(Id) is { } stored)
            {
                Open(new PipelineState(stored.Definition, stored.Summary, stored.Rows), stored.Operations);
            }
        }
        catch (Exception exception)
        {
            // The next activation tries again.
            DeactivateOnIdle();
            if (exception is JsonException or ArgumentException)
            {
                throw new StoreException($"Pipeline {Id} cannot be read by this version of the program; a newer one may have stored it. {exception.Message}", mayPass: false, exception);
            }

            throw;
        }
    }

    private void Open(PipelineState state, IEnumerable<Guid> operations)
    {
        if (_state is not null)
        {
            // Read while it was being stored.
            return;
        }

        _state = state;
        _operations = [.. operations];
        _watch = new PipelineWatch(state, time);
        _dispatcher = dispatchers.Create(this, state, _watch);
        if (driven.Contains(Id))
        {
            Drive();
        }
    }

    private void Drive()
    {
        driven.Add(Id);
        _dispatcher!.Start();
    }

    private async Task<CommandResult> CommandAsync(
        Guid operationId,
        Func<PipelineState, DateTimeOffset, CommandDecision> rule,
        bool drive = false,
        Func<Task>? after = null)
    {
        if (_state is not { } state)
        {
            return new CommandResult.NotFound($"There is no pipeline '{Id}'.");
        }

        if (!_operations.Contains(operationId))
        {
            switch (rule(state, time.GetUtcNow()))
            {
                case CommandDecision.Refuse refused:
                    return new CommandResult.Rejected(refused.Message);

                case CommandDecision.Change change:
                    await CommitAsync(change.Transition, operationId);
                    _operations.Add(operationId);
                    break;
            }
        }

        if (drive && !state.Summary.Status.IsFinal())
        {
            Drive();
        }

        if (after is not null)
        {
            await after();
        }

        return new CommandResult.Done(state.Summary);
    }

    private Task<bool> ReportAsync(Func<PipelineState, Transition?> rule) => _state is { } state ? CommitAsync(rule(state)) : Task.FromResult(false);

    // Persist, then act, then tell.
    private async Task<bool> CommitAsync(Transition? transition, Guid? operationId = null)
    {
        if (transition is null)
        {
            return false;
        }

        var state = _state!;
        transition = AttemptRules.BeginReady(state, transition, attempts.NeedsOnlyItsTurn);
        if (!await GuardAsync(store.SaveAsync(transition, operationId)))
        {
            throw Fenced();
        }

        var ready = state.Apply(transition);
        _dispatcher!.Follow(transition, ready);
        _watch!.Changed(transition);
        foreach (var line in transition.Events)
        {
            feed.Publish(new PipelineFeedEvent(Id, transition.Summary.Version, line, null));
        }

        if (transition.Summary.Status.IsFinal())
        {
            LogEnded(Id, transition.Summary.Status, transition.Summary.Counts.Completed, transition.Summary.Counts.Total);
        }

        return true;
    }

    private async Task<bool> GuardAsync(Task<bool> write)
    {
        try
        {
            return await write;
        }
        catch
        {
            // Whether it was written is not known: the next activation reads it.
            DeactivateOnIdle();
            throw;
        }
    }

    private Orleans.Storage.InconsistentStateException Fenced()
    {
        LogFenced(Id);
        DeactivateOnIdle();
        return new Orleans.Storage.InconsistentStateException($"Pipeline {Id} was changed by another activation; this one ends.");
    }

    private static bool IsSame(PipelineDefinition stored, PipelineDefinition sent) =>
        stored.Name == sent.Name && stored.Tasks.Length == sent.Tasks.Length
        && JsonSerializer.SerializeToUtf8Bytes(stored, StoreJson.Default.PipelineDefinition)
            .AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(sent, StoreJson.Default.PipelineDefinition));

    [LoggerMessage(3001, LogLevel.Information, "Pipeline {PipelineId} accepted with {Tasks} tasks.")]
    private partial void LogAccepted(PipelineId pipelineId, int tasks);

    [LoggerMessage(3002, LogLevel.Information, "Pipeline {PipelineId} is {Status}: {Completed} of {Total} tasks completed.")]
    private partial void LogEnded(PipelineId pipelineId, PipelineStatus status, int completed, int total);

    [LoggerMessage(3003, LogLevel.Warning, "Pipeline {PipelineId} was changed by another activation; this one ends.")]
    private partial void LogFenced(PipelineId pipelineId);
}
