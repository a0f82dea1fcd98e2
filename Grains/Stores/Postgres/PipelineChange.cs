using System.Text.Json;

using Continuity.Engine.Pipelines;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Grains.Stores.Postgres;

/// <summary>A change that waits to be written, in the form in which it is sent: everything that costs time is done before it is queued.</summary>
internal sealed class PipelineChange
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PipelineChange(PipelineSummary summary)
    {
        Id = summary.Id.Value;
        Version = summary.Version;
        Status = Text(summary.Status);
        Summary = JsonSerializer.SerializeToUtf8Bytes(summary, StoreJson.Default.PipelineSummary);
    }

    public string Id { get; }

    public long Version { get; }

    public string Status { get; }

    public byte[] Summary { get; }

    /// <summary>The rest of a new pipeline; <see langword="null"/> for a transition of one that is there.</summary>
    public NewPipeline? New { get; private init; }

    public required IReadOnlyList<(int Position, string State, byte[] Body)> Rows { get; init; }

    public required IReadOnlyList<TaskEvent> Events { get; init; }

    public required IReadOnlyCollection<string> Artifacts { get; init; }

    public Guid? Operation { get; private init; }

    public long QueuedAt { get; set; }

    /// <summary>Whether it was written; <see langword="false"/> when another writer was faster.</summary>
    public Task<bool> Done => _done.Task;

    public static PipelineChange Create(PipelineState state) => new(state.Summary)
    {
        New = new NewPipeline(
            state.Summary.CreatedAt.UtcTicks,
            Search(state.Summary),
            JsonSerializer.SerializeToUtf8Bytes(state.Definition, StoreJson.Default.PipelineDefinition)),
        Rows = [.. state.Rows.Select((row, i) => Row(i, row))],
        Events = state.FirstEvents,
        Artifacts = ArtifactUses.Of(state.Definition),
    };

    public static PipelineChange Save(Transition transition, Guid? operation) => new(transition.Summary)
    {
        Rows = [.. transition.Rows.Select(row => Row(row.Key, row.Value))],
        Events = transition.Events,
        Artifacts = ArtifactUses.Of(transition.Rows),
        Operation = operation,
    };

    public static string Text(PipelineStatus status) => status switch
    {
        PipelineStatus.Active => "active",
        PipelineStatus.Paused => "paused",
        PipelineStatus.Cancelling => "cancelling",
        PipelineStatus.Completed => "completed",
        PipelineStatus.Failed => "failed",
        PipelineStatus.Cancelled => "cancelled",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public void Finish(bool written) => _done.TrySetResult(written);

    public void Fail(Exception exception) => _done.TrySetException(exception);

    private static (int, string, byte[]) Row(int position, TaskRow row) => (position, Text(row.State), JsonSerializer.SerializeToUtf8Bytes(row, StoreJson.Default.TaskRow));

    private static string Text(TaskState state) => state switch
    {
        TaskState.Pending => "pending",
        TaskState.Running => "running",
        TaskState.Completed => "completed",
        TaskState.Failed => "failed",
        TaskState.Skipped => "skipped",
        TaskState.Cancelled => "cancelled",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    // An entry of an index has a limit; nobody searches for what stands after so many characters of a name.
    private static string Search(PipelineSummary summary)
    {
        const int Longest = 200;
        var name = summary.Name.Length > Longest ? summary.Name[..Longest] : summary.Name;
        return StoreText.Clean($"{name}\n{summary.Id}").ToLowerInvariant();
    }
}

/// <summary>What is stored once, when a pipeline is created.</summary>
/// <param name="Created">Ticks of its time.</param>
/// <param name="Search">What a search looks through.</param>
/// <param name="Definition">The definition as JSON.</param>
internal sealed record NewPipeline(long Created, string Search, byte[] Definition);
