using System.Collections.Immutable;
using System.Runtime.CompilerServices;

using Continuity.Client.Resilience;
using Continuity.Client.Watching;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Client;

/// <summary>
/// The way into a Continuity cluster: submits pipelines, follows and commands them, fetches what they made. Safe to use from many threads.
/// </summary>
/// <remarks>
/// Every call is tried again after transient errors until <see cref="ContinuityClientOptions.Deadline"/>, then ends in an <see cref="UnavailableException"/>.
/// Commands carry an operation id, the same on every try, so that a command whose answer was lost is not carried out twice.
/// </remarks>
public sealed partial class ContinuityClient : IAsyncDisposable
{
    private readonly IGrainFactory _grains;
    private readonly ContinuityClientOptions _options;
    private readonly RetryingCalls _calls;
    private readonly IAsyncDisposable? _connection;

    /// <summary>Makes a client over grains that can be reached already: a connected cluster client, or a silo in this process.</summary>
    /// <param name="grains">The grains.</param>
    /// <param name="options">How to call; <see langword="null"/> for the defaults.</param>
    public ContinuityClient(IGrainFactory grains, ContinuityClientOptions? options = null)
        : this(grains, options ?? new ContinuityClientOptions(), connection: null)
    {
    }

    private ContinuityClient(IGrainFactory grains, ContinuityClientOptions options, IAsyncDisposable? connection)
    {
        ArgumentNullException.ThrowIfNull(grains);
        _grains = grains;
        _options = options;
        _connection = connection;
        _calls = new RetryingCalls(options.Deadline, options.TimeProvider);
    }

    /// <summary>Connects to a running cluster through its gateways.</summary>
    /// <param name="options">How to call, with at least one of <see cref="ContinuityClientOptions.Gateways"/>.</param>
    /// <param name="cancellationToken">Ends the tries.</param>
    /// <returns>A connected client; dispose it to disconnect.</returns>
    /// <exception cref="UnavailableException">No gateway answered within the deadline.</exception>
    public static async Task<ContinuityClient> ConnectAsync(ContinuityClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var connection = await ClusterConnection.OpenAsync(options, cancellationToken);
        return new ContinuityClient(connection.Grains, options, connection);
    }

    /// <summary>Reads a whole pipeline.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The pipeline, or <see langword="null"/> when there is none under this id.</returns>
    public Task<PipelineSnapshot?> GetAsync(PipelineId id, CancellationToken cancellationToken = default) =>
        _calls.RunAsync($"read pipeline {id}", () => Pipeline(id).GetAsync(), cancellationToken);

    /// <summary>Tells why a task waits: for which tasks, or for a GPU, with its place, its expected start, and why each GPU does not have it. Of one that does not wait it tells what it does.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="NotFoundException">There is no such pipeline, or no such task of it.</exception>
    public async Task<TaskExplanation> WhyAsync(PipelineId id, string taskId, CancellationToken cancellationToken = default)
    {
        var pipeline = await GetAsync(id, cancellationToken) ?? throw new NotFoundException($"There is no pipeline {id}. Run 'continuity ls' to see those there are.");
        var task = pipeline.Tasks.FirstOrDefault(task => task.Definition.Id == taskId)
            ?? throw new NotFoundException($"Pipeline {id} has no task '{taskId}'. Run 'continuity show {id}' to see those it has.");
        if (task.Row.State != TaskState.Pending)
        {
            return new TaskExplanation(pipeline.Summary, task, [], null);
        }

        var dependencies = task.Definition.Dependencies.ToHashSet(StringComparer.Ordinal);
        ImmutableArray<TaskView> unfinished = [.. pipeline.Tasks.Where(other => dependencies.Contains(other.Definition.Id) && other.Row.State != TaskState.Completed)];
        var ticket = new TicketId(new TaskKey(id, taskId), task.Row.Attempts + 1);
        var wait = unfinished.IsEmpty ? await _calls.RunAsync($"ask why task {taskId} waits", () => Pool.WhyAsync(ticket), cancellationToken) : null;
        return new TaskExplanation(pipeline.Summary, task, unfinished, wait);
    }

    /// <summary>Lists one page of pipelines, newest first.</summary>
    /// <param name="query">Which ones; <see langword="null"/> for the newest.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The page, with what to ask for the next one.</returns>
    public Task<PipelinePage> ListAsync(PipelineQuery? query = null, CancellationToken cancellationToken = default) =>
        _calls.RunAsync("list pipelines", () => _grains.GetGrain<IPipelineIndexGrain>(0).ListAsync(query ?? new PipelineQuery()), cancellationToken);

    /// <summary>Lists every pipeline, newest first, a page a call.</summary>
    /// <param name="query">Which ones; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Ends the list.</param>
    /// <returns>The pipelines.</returns>
    public async IAsyncEnumerable<PipelineSummary> ListAllAsync(PipelineQuery? query = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var next = query ?? new PipelineQuery(); ;)
        {
            var page = await ListAsync(next, cancellationToken);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            if (page.Next is null)
            {
                yield break;
            }

            next = next with { After = page.Next };
        }
    }

    /// <summary>Reads the newest part of a pipeline's history.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="taskId">One task's lines, or <see langword="null"/> for all.</param>
    /// <param name="limit">How many lines at the most, 1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The lines, oldest first.</returns>
    public Task<ImmutableArray<TaskEvent>> GetHistoryAsync(PipelineId id, string? taskId = null, int limit = 200, CancellationToken cancellationToken = default) =>
        _calls.RunAsync($"read the history of pipeline {id}", () => Pipeline(id).GetHistoryAsync(taskId, limit), cancellationToken);

    /// <summary>
    /// Follows a pipeline: what changed after a version, then every newer change, until it is at an end. Versions never go backwards, also when the watch had
    /// to be taken up again after an error.
    /// </summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="afterVersion">The version already known; 0 for none, which gives every task first.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>The updates; the last one is final.</returns>
    /// <exception cref="NotFoundException">There is no such pipeline.</exception>
    /// <exception cref="UnavailableException">Nothing could be heard of the cluster for as long as the deadline.</exception>
    public IAsyncEnumerable<PipelineUpdate> WatchAsync(PipelineId id, long afterVersion = 0, CancellationToken cancellationToken = default) =>
        new PipelineWatcher((version, token) => Pipeline(id).WatchAsync(version, token), _options.Deadline, _options.TimeProvider)
            .WatchAsync(id, afterVersion, cancellationToken);

    /// <summary>Waits until a pipeline is at an end.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="cancellationToken">Ends the wait, not the pipeline.</param>
    /// <returns>The whole pipeline at its end.</returns>
    /// <exception cref="NotFoundException">There is no such pipeline.</exception>
    public async Task<PipelineSnapshot> WaitAsync(PipelineId id, CancellationToken cancellationToken = default)
    {
        await foreach (var update in WatchAsync(id, 0, cancellationToken))
        {
            if (update.IsFinal)
            {
                break;
            }
        }

        return await GetAsync(id, cancellationToken) ?? throw new NotFoundException($"Pipeline {id} was deleted.");
    }

    /// <summary>Disconnects, when this client made the connection.</summary>
    /// <returns>When disconnected.</returns>
    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private IPipelineGrain Pipeline(PipelineId id) => _grains.GetGrain<IPipelineGrain>(id.Value);
}
