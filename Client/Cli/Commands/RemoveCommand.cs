using System.CommandLine;

using Continuity.Cli.Hosting;
using Continuity.Cli.Output;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity rm</c>.</summary>
internal static class RemoveCommand
{
    public static Command Create(Globals globals)
    {
        var id = IdArgument.Create();
        var command = new Command("rm", "Remove a pipeline that is at an end, with its history; the files in your folders stay") { id };
        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            var pipeline = IdArgument.Of(parse, id);
            await using var session = await ExistingFarm.OpenAsync(invocation, stop);
            await session.Client.DeleteAsync(pipeline, cancellationToken: stop);
            new OutputFolders(invocation.Data).Forget(pipeline);
            if (invocation.Json)
            {
                new JsonLines(invocation.Terminal.Out).Write(new { Id = pipeline.Value, Status = "removed" });
            }
            else
            {
                invocation.Terminal.Out.WriteLine($"{pipeline} is removed");
            }

            return ExitCodes.Completed;
        }));
        return command;
    }
}
