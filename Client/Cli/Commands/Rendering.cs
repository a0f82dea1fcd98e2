using Continuity.Cli.Hosting;
using Continuity.Client;
using Continuity.Pipelines;

namespace Continuity.Cli.Commands;

/// <summary>The common frame of the commands that render: bring the GPUs, open the farm, do something to a pipeline, follow it to its end.</summary>
internal static class Rendering
{
    /// <summary>Runs the frame.</summary>
    /// <param name="invocation">The command.</param>
    /// <param name="choice">The GPUs to bring.</param>
    /// <param name="act">Submits or commands a pipeline and tells which, and where its files go.</param>
    /// <param name="stop">Stops following.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        Invocation invocation,
        GpuChoice choice,
        Func<ContinuityClient, Task<(PipelineId Id, string Folder)>> act,
        CancellationToken stop)
    {
        // Nothing is created for a farm that does not exist yet and would have no GPU.
        await using var gpus = invocation.Data.Exists
            ? await GpuSet.PrepareNamedAsync(invocation, choice, stop)
            : await GpuSet.PrepareAsync(invocation, choice, stop);
        await using var session = new SessionHolder(await FarmSession.OpenAsync(invocation, gpus.Gpus, stop));
        if (invocation.Cluster is null && gpus.Gpus.IsEmpty && (await session.Current.Client.GetGpusAsync(stop)).IsEmpty)
        {
            await gpus.DiscoverAsync(invocation, stop);
            await session.Current.BringAsync(gpus.Gpus, stop);
        }

        var (id, folder) = await act(session.Current.Client);
        new OutputFolders(invocation.Data).Remember(id, folder);
        return await new FollowRun(invocation, choice, gpus.Gpus).RunAsync(session, id, folder, stop);
    }

    /// <summary>Looks over a pipeline that is to be submitted: whether the fleet can run every task of it.</summary>
    /// <exception cref="ImpossibleException">No GPU can run some task.</exception>
    public static async Task PreflightAsync(Invocation invocation, ContinuityClient client, PipelineDefinition definition, CancellationToken stop)
    {
        var report = await client.PreflightAsync(definition, cancellationToken: stop);
        if (!report.IsGood)
        {
            throw new ImpossibleException(Output.PreflightText.Lines(report, definition));
        }

        if (!report.Unseen.IsEmpty)
        {
            invocation.Terminal.Note($"warning: not known yet what {string.Join(", ", report.Unseen)} can run; what is missing there shows later.");
        }
    }

    /// <summary>
    /// Submits a pipeline and tells a person what it is, with its warnings. Where its files go is noted first: a process that is killed in between leaves a note
    /// without a pipeline, never a pipeline without a note.
    /// </summary>
    public static async Task<(PipelineId Id, string Folder)> SubmitAsync(
        Invocation invocation,
        ContinuityClient client,
        PipelineDefinition definition,
        string folder,
        CancellationToken stop)
    {
        new OutputFolders(invocation.Data).Remember(definition.Id, folder);
        var summary = await client.SubmitAsync(definition, stop);
        foreach (var warning in definition.Warnings)
        {
            invocation.Terminal.Note($"warning: {warning}");
        }

        invocation.Terminal.Note($"Pipeline {definition.Id}: {definition.Name}, {Output.Words.Count(definition.Tasks.Length, "task")}");
        return (summary.Id, folder);
    }
}
