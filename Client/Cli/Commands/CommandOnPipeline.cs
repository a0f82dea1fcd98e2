using System.CommandLine;

using Continuity.Cli.Output;
using Continuity.Client;
using Continuity.Pipelines;

namespace Continuity.Cli.Commands;

/// <summary>The common form of the short commands on one pipeline: open the farm, command, say what the pipeline is now.</summary>
internal static class CommandOnPipeline
{
    public static Command Create(
        Globals globals,
        string name,
        string description,
        Func<ContinuityClient, PipelineId, CancellationToken, Task<PipelineSummary>> act) =>
        Create(globals, name, description, (client, _, id, stop) => act(client, id, stop), summary => $"{summary.Id} is {Words.Of(summary.Status)}");

    public static Command Create(
        Globals globals,
        string name,
        string description,
        Func<ContinuityClient, ParseResult, PipelineId, CancellationToken, Task<PipelineSummary>> act,
        Func<PipelineSummary, string> say,
        params Argument[] more)
    {
        var id = IdArgument.Create();
        var command = new Command(name, description) { id };
        foreach (var argument in more)
        {
            command.Add(argument);
        }

        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            await using var session = await ExistingFarm.OpenAsync(invocation, stop);
            var summary = await act(session.Client, parse, IdArgument.Of(parse, id), stop);
            if (invocation.Json)
            {
                new JsonLines(invocation.Terminal.Out).Write(new { Id = summary.Id.Value, summary.Status, summary.Version, summary.Counts, summary.Priority });
            }
            else
            {
                invocation.Terminal.Out.WriteLine(say(summary));
            }

            return ExitCodes.Completed;
        }));
        return command;
    }
}
