using Continuity.Cli.Hosting;
using Continuity.Cli.Output;
using Continuity.Client;
using Continuity.Grains.Hosting;
using Continuity.Pipelines;

namespace Continuity.Cli.Commands;

/// <summary>Follows a pipeline to its end, fetches its files and says what came of it. Takes over when the process that hosted the silo ends.</summary>
internal sealed class FollowRun(Invocation invocation, GpuChoice choice, IReadOnlyList<Gpu.GpuRegistration> gpus)
{
    // Often enough for a person; it is worked out anew only when something has happened, or long after.
    private static readonly TimeSpan ForecastEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ForecastAge = TimeSpan.FromSeconds(15);

    private readonly long _started = invocation.TimeProvider.GetTimestamp();

    /// <summary>Follows.</summary>
    /// <param name="session">The way to the pipeline; given back by the caller, like the one that replaces it.</param>
    /// <param name="id">The pipeline.</param>
    /// <param name="folder">Where its files go; <see langword="null"/> to fetch none.</param>
    /// <param name="stop">Stops following; the pipeline stays resumable.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(SessionHolder session, PipelineId id, string? folder, CancellationToken stop)
    {
        try
        {
            var output = await CreateOutputAsync(session.Current, stop);
            await output.RunAsync(() => FollowAsync(session, id, output, stop));
            var download = folder is null ? null : await AtTheEndAsync(session, token => session.Current.Client.DownloadAsync(id, folder, token), stop);
            var pipeline = await AtTheEndAsync(session, token => ReadAsync(session, id, token), stop);
            output.Finish(new FollowResult(pipeline, download, invocation.TimeProvider.GetElapsedTime(_started), CommandFor("retry", id)));
            return ExitCodes.Of(pipeline.Summary.Status);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            SayHowToGoOn(session.Current, id);
            return ExitCodes.Interrupted;
        }
    }

    private static async Task<PipelineSnapshot> ReadAsync(SessionHolder session, PipelineId id, CancellationToken stop) =>
        await session.Current.Client.GetAsync(id, stop) ?? throw new NotFoundException($"There is no pipeline {id}.");

    private async Task FollowAsync(SessionHolder session, PipelineId id, IFollowOutput output, CancellationToken stop)
    {
        var state = PipelineState.From(await ReadAsync(session, id, stop));
        output.Show(state, [.. state.InOrder.Where(task => task.Row.State == Tasks.TaskState.Running)]);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var forecasting = output.WantsForecasts ? ForecastAsync(session, () => Volatile.Read(ref state), output, end.Token) : Task.CompletedTask;
        try
        {
            await ToTheEndAsync();
        }
        finally
        {
            await end.CancelAsync();
            await forecasting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task ToTheEndAsync()
        {
            while (true)
            {
                using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop, session.Current.OwnerGone);
                try
                {
                    await foreach (var update in session.Current.Client.WatchAsync(id, state.Summary.Version, gone.Token))
                    {
                        state = state.Apply(update, out var changed);
                        output.Show(state, changed);
                    }

                    return;
                }
                catch (Exception error) when (IsOwnerGone(error, session.Current, stop))
                {
                    if (gpus.Count == 0)
                    {
                        throw new UnavailableException($"The process that ran pipeline {id} is gone. Go on with: {CommandFor("resume", id)}", error);
                    }

                    output.Note("The process that hosted the farm is gone; taking over.");
                    await session.ReplaceAsync(() => FarmSession.OpenAsync(invocation, gpus, stop));

                    // A silo in this process moves only pipelines that were commanded here; on an active one this changes nothing else.
                    if ((await ReadAsync(session, id, stop)).Summary.Status == PipelineStatus.Active)
                    {
                        await session.Current.Client.ResumeAsync(id, cancellationToken: stop);
                    }
                }
            }
        }
    }

    private async Task ForecastAsync(SessionHolder session, Func<PipelineState> read, IFollowOutput output, CancellationToken stop)
    {
        var (version, at, pause) = (0L, 0L, TimeSpan.Zero);
        while (true)
        {
            await Task.Delay(pause, invocation.TimeProvider, stop);
            var state = read();
            pause = ForecastEvery;
            if (state.Summary.Version == version && invocation.TimeProvider.GetElapsedTime(at) < ForecastAge)
            {
                continue;
            }

            var begun = invocation.TimeProvider.GetTimestamp();
            try
            {
                output.Expect(await session.Current.Client.GetForecastAsync(state.Summary, [.. state.InOrder], stop));
                (version, at) = (state.Summary.Version, invocation.TimeProvider.GetTimestamp());
            }
            catch (Exception) when (!stop.IsCancellationRequested)
            {
                // The farm is out of reach, or changes hands: those that follow say so. An older forecast goes on being shown.
            }

            // A tenth of one core at the most, however large the pipeline is.
            var cost = invocation.TimeProvider.GetElapsedTime(begun) * 10;
            pause = cost > pause ? cost : pause;
        }
    }

    // The process that hosted the farm ends as soon as it has its own files. Nothing is left to be driven then, so any other process can take its place.
    private async Task<T> AtTheEndAsync<T>(SessionHolder session, Func<CancellationToken, Task<T>> act, CancellationToken stop)
    {
        while (true)
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop, session.Current.OwnerGone);
            try
            {
                return await act(gone.Token);
            }
            catch (Exception error) when (IsOwnerGone(error, session.Current, stop))
            {
                await session.ReplaceAsync(() => FarmSession.OpenAsync(invocation, gpus, stop));
            }
        }
    }

    private static bool IsOwnerGone(Exception error, FarmSession session, CancellationToken stop) =>
        session is { IsOwner: false, OwnerProcess: not null }
        && (error is UnavailableException || (error is OperationCanceledException && session.OwnerGone.IsCancellationRequested && !stop.IsCancellationRequested));

    private async Task<IFollowOutput> CreateOutputAsync(FarmSession session, CancellationToken stop)
    {
        var known = await session.Client.GetGpusAsync(stop);
        var names = new GpuNames([.. gpus, .. known.Select(gpu => gpu.Registration)]);
        return invocation switch
        {
            { Json: true } => new JsonFollowOutput(invocation.Terminal, names, invocation.TimeProvider),
            { Terminal.IsInteractive: true } => new LiveFollowOutput(invocation.Terminal, names, invocation.TimeProvider),
            _ => new PlainFollowOutput(invocation.Terminal, names, invocation.TimeProvider),
        };
    }

    // The cluster's connection string may hold a password: it is for the caller to add again.
    private string CommandFor(string verb, PipelineId id) =>
        $"continuity {verb} {id}{(verb == "watch" ? "" : choice)} --data {CommandText.Quote(invocation.Data.Name)}{(invocation.Cluster is null ? "" : " --cluster …")}";

    private void SayHowToGoOn(FarmSession session, PipelineId id)
    {
        invocation.Terminal.Note(session switch
        {
            { IsOwner: true } => $"Stopped. Pipeline {id} is kept; what ComfyUI works on goes on there. Go on with:",
            { OwnerProcess: { } process } => $"Stopped following. Pipeline {id} goes on in process {process}. Follow it with:",
            _ => $"Stopped following. Pipeline {id} goes on in the cluster. Follow it with:",
        });
        invocation.Terminal.Note($"  {(session.IsOwner ? CommandFor("resume", id) : CommandFor("watch", id))}");
    }
}

/// <summary>Holds the session of a command, which may be replaced by another one on the way.</summary>
internal sealed class SessionHolder(FarmSession first) : IAsyncDisposable
{
    public FarmSession Current { get; private set; } = first;

    public async Task ReplaceAsync(Func<Task<FarmSession>> open)
    {
        await Current.DisposeAsync();
        Current = await open();
    }

    public ValueTask DisposeAsync() => Current.DisposeAsync();
}
