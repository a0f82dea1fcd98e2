using System.CommandLine;

using Continuity.Cli.Hosting;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity resume</c>: goes on with what was interrupted, paused, failed or cancelled.</summary>
internal static class ResumeCommand
{
    public static Command Create(Globals globals)
    {
        var id = IdArgument.Create();
        var render = new RenderOptions();
        var command = new Command("resume", "Go on after an interruption or a pause; after a failure run only what is missing") { id };
        render.AddTo(command);
        command.SetAction((parse, stop) => globals.RunAsync(parse, invocation => Rendering.RunAsync(
            invocation,
            render.Gpus(parse),
            async client =>
            {
                var summary = await client.ResumeAsync(IdArgument.Of(parse, id), cancellationToken: stop);
                return (summary.Id, render.Out(parse) ?? new OutputFolders(invocation.Data).Of(summary.Id));
            },
            stop)));
        return command;
    }
}
