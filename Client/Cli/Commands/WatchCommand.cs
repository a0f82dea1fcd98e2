using System.CommandLine;

using Continuity.Cli.Hosting;
using Continuity.Cli.Output;
using Continuity.Pipelines;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity watch</c>: follows a pipeline that another process runs.</summary>
internal static class WatchCommand
{
    public static Command Create(Globals globals)
    {
        var id = IdArgument.Create();
        var command = new Command("watch", "Follow a pipeline that runs in another terminal") { id };
        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            var pipeline = IdArgument.Of(parse, id);
            await using var session = new SessionHolder(await ExistingFarm.OpenAsync(invocation, stop));
            var snapshot = await ExistingFarm.ReadAsync(session.Current, pipeline, stop);
            if (session.Current.IsOwner && !snapshot.Summary.Status.IsFinal())
            {
                throw new UsageException(ExistingFarm.NothingRuns(invocation, snapshot.Summary));
            }

            return await new FollowRun(invocation, GpuChoice.None, []).RunAsync(session, pipeline, folder: null, stop);
        }));
        return command;
    }
}

/// <summary>A farm for the commands that only look or command: nothing is created for them.</summary>
internal static class ExistingFarm
{
    /// <summary>Opens the cluster, or the farm of a data directory.</summary>
    /// <exception cref="UsageException">There is no such directory.</exception>
    public static Task<FarmSession> OpenAsync(Invocation invocation, CancellationToken stop) => invocation.Cluster is not null || invocation.Data.Exists
        ? FarmSession.OpenAsync(invocation, [], stop)
        : throw new UsageException($"There is no data directory {invocation.Data.Name} here. Name one with --data, or begin with 'continuity export'.");

    /// <summary>What is said of a pipeline that no process runs.</summary>
    public static string NothingRuns(Invocation invocation, PipelineSummary pipeline) =>
        $"Nothing runs pipeline {pipeline.Id} now; it is {Words.Of(pipeline.Status)}. Go on with: continuity resume {pipeline.Id} --data {CommandText.Quote(invocation.Data.Name)}";

    /// <summary>Reads a pipeline.</summary>
    /// <exception cref="Client.NotFoundException">There is none under this id.</exception>
    public static async Task<PipelineSnapshot> ReadAsync(FarmSession session, PipelineId id, CancellationToken stop) =>
        await session.Client.GetAsync(id, stop) ?? throw new Client.NotFoundException($"There is no pipeline {id}. Run 'continuity ls' to see those there are.");
}
