using System.CommandLine;

using Continuity.Cli.Hosting;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity retry</c>: runs failed tasks again, or one task and all that was made from it.</summary>
internal static class RetryCommand
{
    public static Command Create(Globals globals)
    {
        var id = IdArgument.Create();
        var task = new Argument<string?>("TASK") { Description = "One task, also a completed one; default: every failed one", Arity = ArgumentArity.ZeroOrOne };
        var newSeed = new Option<bool>("--new-seed") { Description = "Take another seed" };
        var render = new RenderOptions();
        var command = new Command("retry", "Run failed tasks again, or one task and all that was made from it") { id, task, newSeed };
        render.AddTo(command);
        command.SetAction((parse, stop) => globals.RunAsync(parse, invocation => Rendering.RunAsync(
            invocation,
            render.Gpus(parse),
            async client =>
            {
                var pipeline = IdArgument.Of(parse, id);
                var seed = parse.GetValue(newSeed);
                var summary = parse.GetValue(task) is { } one
                    ? await client.RetryTaskAsync(pipeline, one, seed, cancellationToken: stop)
                    : await client.RetryFailedAsync(pipeline, seed, cancellationToken: stop);
                return (summary.Id, render.Out(parse) ?? new OutputFolders(invocation.Data).Of(summary.Id));
            },
            stop)));
        return command;
    }
}
