using System.CommandLine;

using Continuity.Cli.Output;
using Continuity.Pipelines;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity ls</c>.</summary>
internal static class ListCommand
{
    public static Command Create(Globals globals)
    {
        var command = new Command("ls", "List the pipelines, newest first");
        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            await using var session = await ExistingFarm.OpenAsync(invocation, stop);
            List<PipelineSummary> pipelines = [];
            await foreach (var pipeline in session.Client.ListAllAsync(cancellationToken: stop))
            {
                pipelines.Add(pipeline);
            }

            if (invocation.Json)
            {
                var lines = new JsonLines(invocation.Terminal.Out);
                foreach (var item in pipelines)
                {
                    lines.Write(new { Id = item.Id.Value, item.Status, item.Name, item.Version, item.CreatedAt, item.UpdatedAt, item.Counts });
                }
            }
            else
            {
                invocation.Terminal.Console.Write(PipelineTable.Draw(pipelines, invocation.TimeProvider));
            }

            return ExitCodes.Completed;
        }));
        return command;
    }
}
