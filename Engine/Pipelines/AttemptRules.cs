using System.Globalization;

using Continuity.Engine.Faults;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Engine.Pipelines;

/// <summary>What the report of an attempt changes. Each rule returns the transition to store, or <see langword="null"/> when the report is refused.</summary>
public static class AttemptRules
{
    /// <summary>An attempt wants to begin.</summary>
    /// <param name="state">The pipeline.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="attempt">The attempt as it would be recorded.</param>
    /// <param name="now">The time.</param>
    /// <returns>The transition; refused unless the pipeline is active, the task ready and the attempt the next one.</returns>
    public static Transition? Begin(PipelineState state, string taskId, AttemptRecord attempt, DateTimeOffset now)
    {
        var index = state.IndexOf(taskId);
        if (index < 0 || state.Summary.Status != PipelineStatus.Active || !state.Ready.Contains(index) || attempt.Number != state.Rows[index].Attempts + 1)
        {
            return null;
        }

        var change = new TransitionBuilder(state, now);
        Begin(change, index, attempt);
        return change.Build();
    }

    /// <summary>
    /// Tasks that need nothing but their turn begin with the change that makes them ready: one transaction records both, and what is to run is on record before it runs.
    /// </summary>
    /// <param name="state">The pipeline before the change.</param>
    /// <param name="transition">The change.</param>
    /// <param name="needsOnlyItsTurn">Whether nothing has to be found first for a task, such as a GPU.</param>
    /// <returns>The change with their beginnings; as it was when there are none.</returns>
    public static Transition BeginReady(PipelineState state, Transition transition, Func<TaskDefinition, bool> needsOnlyItsTurn)
    {
        if (transition.Summary.Status != PipelineStatus.Active)
        {
            return transition;
        }

        TransitionBuilder? change = null;
        foreach (var index in state.ReadyAfter(transition).Where(index => needsOnlyItsTurn(state.Definition.Tasks[index])))
        {
            change ??= new TransitionBuilder(state, transition);
            if (change.Row(index) is { NotBefore: null } row)
            {
                Begin(change, index, new AttemptRecord(row.Attempts + 1, change.Now));
            }
        }

        return change?.Build() ?? transition;
    }

    /// <summary>Whether a report to begin repeats what is recorded already.</summary>
    /// <param name="state">The pipeline.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="attempt">The attempt.</param>
    /// <returns><see langword="true"/> when this very attempt is running.</returns>
    public static bool HasBegun(PipelineState state, string taskId, AttemptRecord attempt) =>
        state.IndexOf(taskId) is >= 0 and var index
        && state.Rows[index] is { State: TaskState.Running } row
        && row.Attempts == attempt.Number
        && row.Attempt?.PromptId == attempt.PromptId
        && row.Attempt?.LeaseEpoch == attempt.LeaseEpoch;

    /// <summary>Whether a task still wants a prompt that stands in a ComfyUI.</summary>
    /// <param name="row">The task's row.</param>
    /// <param name="promptId">The prompt.</param>
    /// <returns>
    /// It is wanted while the attempt that sent it runs, and while that attempt counts as lost or cut off and no newer one has begun: the next one may take it up.
    /// </returns>
    public static PromptClaim ClaimOf(TaskRow row, string promptId) => row switch
    {
        { Attempt.PromptId: var sent } when sent != promptId => new PromptClaim(IsWanted: false),
        { State: TaskState.Running } => new PromptClaim(IsWanted: true),
        { State: TaskState.Pending, Fault.Class: FaultClass.Lost or FaultClass.Connection } => new PromptClaim(IsWanted: true, row.Attempts + 1),
        _ => new PromptClaim(IsWanted: false),
    };

    /// <summary>An attempt made its result.</summary>
    /// <param name="state">The pipeline.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="attempt">The attempt's number.</param>
    /// <param name="result">The result.</param>
    /// <param name="now">The time.</param>
    /// <param name="gpu">Where the GPU's time went; <see langword="null"/> when it used none.</param>
    /// <returns>The transition; refused unless this attempt is the running one.</returns>
    public static Transition? Complete(PipelineState state, string taskId, int attempt, TaskResult result, DateTimeOffset now, GpuTime? gpu = null)
    {
        if (Running(state, taskId, attempt) is not { } index)
        {
            return null;
        }

        var change = new TransitionBuilder(state, now);
        var row = With(state.Rows[index], attempt, gpu);
        change.Change(index, row with { State = TaskState.Completed, Result = result, CompletedAt = now, Fault = null, NotBefore = null });
        change.Tell(taskId, "completed", $"Attempt {attempt} completed with {result.Outputs.Length} {(result.Outputs.Length == 1 ? "file" : "files")}.");
        return change.Build();
    }

    /// <summary>An attempt failed, or could not begin.</summary>
    /// <param name="state">The pipeline.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="attempt">The attempt's number: the running one, or the next one when it failed before it began.</param>
    /// <param name="fault">What happened.</param>
    /// <param name="now">The time.</param>
    /// <param name="gpu">Where the GPU's time went; <see langword="null"/> when it used none.</param>
    /// <returns>The transition; refused for any other attempt.</returns>
    public static Transition? Fail(PipelineState state, string taskId, int attempt, TaskFault fault, DateTimeOffset now, GpuTime? gpu = null)
    {
        if ((Running(state, taskId, attempt) ?? AboutToBegin(state, taskId, attempt)) is not { } index)
        {
            return null;
        }

        var change = new TransitionBuilder(state, now);
        var row = With(state.Rows[index], attempt, gpu) with { Attempts = attempt };
        if (state.Summary.Status == PipelineStatus.Cancelling)
        {
            change.Change(index, row with { State = TaskState.Cancelled, Fault = fault, CompletedAt = now });
            change.Tell(taskId, "cancelled", $"Attempt {attempt} failed while the pipeline was being cancelled: {fault.Message}");
            return change.Build();
        }

        switch (FaultPolicy.Decide(fault, row, state.Definition.Tasks[index].MaxRetries))
        {
            case FaultDecision.GiveUp giveUp:
                change.Change(index, row with { State = TaskState.Failed, Fault = giveUp.Fault, CompletedAt = now, NotBefore = null });
                change.Tell(taskId, "failed", Describe(attempt, giveUp, state.Definition.Tasks[index].MaxRetries));
                change.SkipDependants(index);
                break;

            case FaultDecision.TryAgain again:
                change.Change(index, row with
                {
                    State = TaskState.Pending,
                    Fault = fault,
                    Retries = row.Retries + (again.Charged ? 1 : 0),
                    Losses = row.Losses + (again.CountsAsLoss ? 1 : 0),
                    NotBefore = again.After > TimeSpan.Zero ? now + again.After : null,
                    ExcludedGpus = again.Avoid is { } avoid ? [.. row.ExcludedGpus.Where(x => x.GpuId != avoid.GpuId || x.Class != avoid.Class), avoid] : row.ExcludedGpus,
                });
                change.Tell(taskId, again.Charged ? "retrying" : "lost", Describe(attempt, fault, again, row, state.Definition.Tasks[index].MaxRetries));
                break;

            default:
                throw new System.Diagnostics.UnreachableException();
        }

        return change.Build();
    }

    /// <summary>An attempt was cancelled and nothing of it is left in ComfyUI.</summary>
    /// <param name="state">The pipeline.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="attempt">The attempt's number.</param>
    /// <param name="now">The time.</param>
    /// <param name="gpu">Where the GPU's time went; <see langword="null"/> when it used none.</param>
    /// <returns>The transition; refused unless this attempt is the running one.</returns>
    public static Transition? Cancelled(PipelineState state, string taskId, int attempt, DateTimeOffset now, GpuTime? gpu = null)
    {
        if (Running(state, taskId, attempt) is not { } index)
        {
            return null;
        }

        var change = new TransitionBuilder(state, now);
        var row = With(state.Rows[index], attempt, gpu);
        if (state.Summary.Status == PipelineStatus.Cancelling)
        {
            change.Change(index, row with { State = TaskState.Cancelled, CompletedAt = now });
            change.Tell(taskId, "cancelled", $"Attempt {attempt} cancelled.");
        }
        else
        {
            // Nobody wants it cancelled any more: it goes back to wait for its turn.
            change.Change(index, row with { State = TaskState.Pending });
            change.Tell(taskId, "lost", $"Attempt {attempt} was taken back.");
        }

        return change.Build();
    }

    /// <summary>A row whose attempt begins.</summary>
    internal static TaskRow Begun(TaskRow row, AttemptRecord attempt, DateTimeOffset now) => row with
    {
        State = TaskState.Running,
        Attempts = attempt.Number,
        Attempt = attempt,
        EarlierGpu = GpuTime.Sum(row.EarlierGpu, LeftOf(row.Attempt, attempt)),
        NotBefore = null,
        StartedAt = row.StartedAt ?? now,
    };

    /// <summary>The history's line about an attempt that begins.</summary>
    internal static string Describe(AttemptRecord attempt) => attempt.GpuId is { } gpu
        ? $"Attempt {attempt.Number} started on {gpu} as prompt {attempt.PromptId}."
        : $"Attempt {attempt.Number} started.";

    private static void Begin(TransitionBuilder change, int index, AttemptRecord attempt)
    {
        var row = change.Row(index);
        change.Change(index, Begun(row, attempt, change.Now));
        change.Tell(row.TaskId, "started", Describe(attempt));
    }

    // What an attempt used is kept with it; one that failed before it was recorded has only the sum to go to.
    private static TaskRow With(TaskRow row, int attempt, GpuTime? gpu) => row.Attempt?.Number == attempt
        ? row with { Attempt = row.Attempt with { Gpu = gpu } }
        : row with { EarlierGpu = GpuTime.Sum(row.EarlierGpu, gpu) };

    // What remains of an attempt when the next one begins. One that takes its prompt up again tells of the whole execution itself.
    private static GpuTime? LeftOf(AttemptRecord? before, AttemptRecord next) =>
        before?.PromptId is { } prompt && prompt == next.PromptId && before.Gpu is { } gpu ? gpu with { Working = 0, Swapping = 0 } : before?.Gpu;

    private static int? Running(PipelineState state, string taskId, int attempt) =>
        state.IndexOf(taskId) is >= 0 and var index && state.Rows[index] is { State: TaskState.Running } row && row.Attempts == attempt ? index : null;

    private static int? AboutToBegin(PipelineState state, string taskId, int attempt) =>
        state.IndexOf(taskId) is >= 0 and var index && state.Ready.Contains(index) && attempt == state.Rows[index].Attempts + 1 ? index : null;

    private static string Describe(int attempt, FaultDecision.GiveUp giveUp, int maxRetries)
    {
        var why = giveUp.Fault.Class switch
        {
            FaultClass.Validation => " Trying again would not help.",
            FaultClass.Node or FaultClass.NoOutput or FaultClass.Media or FaultClass.Interrupted or FaultClass.Internal when maxRetries > 0 => $" No retry is left of {maxRetries}.",
            _ => "",
        };
        return $"Attempt {attempt}{On(giveUp.Fault)} failed: {Sentence(giveUp.Fault.Message)}{why}";
    }

    private static string Describe(int attempt, TaskFault fault, FaultDecision.TryAgain again, TaskRow row, int maxRetries)
    {
        var when = again.After > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"in {again.After.TotalSeconds:0.#} s") : "at once";
        var where = again.Avoid switch
        {
            null => "",
            { Class: FaultClass.Missing or FaultClass.OutOfMemory } => " on another GPU",
            _ => ", on another GPU if one can run it",
        };
        var cost = again switch
        {
            { Charged: true } => $"retry {row.Retries + 1} of {maxRetries}",
            { CountsAsLoss: true } => $"no retry used up; given up when {FaultPolicy.MaxLosses} attempts end like this, which is number {row.Losses + 1}",
            _ => "no retry used up",
        };
        return $"Attempt {attempt}{On(fault)} ended: {Sentence(fault.Message)} It is tried again {when}{where} ({cost}).";
    }

    private static string On(TaskFault fault) => fault.GpuId is { } gpu ? $" on {gpu}" : "";

    private static string Sentence(string text) => text.TrimEnd() is var trimmed && trimmed.EndsWith('.') ? trimmed : $"{trimmed}.";
}
