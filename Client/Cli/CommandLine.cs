using System.CommandLine;

using Continuity.Cli.Commands;
using Continuity.Cli.Output;

namespace Continuity.Cli;

/// <summary>All commands, and what happens to a command line.</summary>
internal static class CommandLine
{
    public static RootCommand Create(Terminal terminal, TimeProvider timeProvider)
    {
        var globals = new Globals(terminal, timeProvider);
        var root = new RootCommand("Renders a director's project to a finished film on ComfyUI GPUs, and never loses work.")
        {
            ExportCommand.Create(globals),
            RunCommand.Create(globals),
            ListCommand.Create(globals),
            ShowCommand.Create(globals),
            WhyCommand.Create(globals),
            WatchCommand.Create(globals),
            PauseCommand.Create(globals),
            ResumeCommand.Create(globals),
            CancelCommand.Create(globals),
            PriorityCommand.Create(globals),
            RetryCommand.Create(globals),
            RemoveCommand.Create(globals),
            GcCommand.Create(globals),
            GpusCommand.Create(globals),
            ProfilesCommand.Create(globals),
        };
        globals.AddTo(root);
        return root;
    }

    public static async Task<int> InvokeAsync(string[] args, Terminal terminal, TimeProvider timeProvider, CancellationToken stop)
    {
        var parse = Create(terminal, timeProvider).Parse(args);
        if (parse.Errors.Count > 0)
        {
            foreach (var error in parse.Errors)
            {
                terminal.Problem(error.Message);
            }

            terminal.Error.WriteLine($"Try 'continuity {Path(parse.CommandResult.Command)}--help'.");
            return ExitCodes.BadInput;
        }

        return await parse.InvokeAsync(
            new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // signals are ours: the first one stops gracefully and says how to go on
            },
            stop);
    }

    private static string Path(Command command) =>
        command is RootCommand ? "" : string.Concat(command.Parents.OfType<Command>().Select(Path)) + command.Name + " ";
}
