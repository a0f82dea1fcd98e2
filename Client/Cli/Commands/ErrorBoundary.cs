using Continuity.Cli.Output;
using Continuity.Client;
using Continuity.ComfyUI.Client;
using Continuity.ComfyUI.Workflows;
using Continuity.Pipelines;

namespace Continuity.Cli.Commands;

/// <summary>The one place where exceptions become messages and exit codes. Stack traces are shown only when asked for.</summary>
internal static class ErrorBoundary
{
    public static async Task<int> RunAsync(Invocation invocation, Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception error) // the outermost boundary of the program
        {
            var (exitCode, lines) = Explain(error, invocation);
            string[] problems = [.. lines];
            foreach (var line in problems)
            {
                invocation.Terminal.Problem(line);
            }

            if (invocation.Json)
            {
                // A program that reads the lines learns of it in their own form. It may be about no pipeline at all.
                new JsonLines(invocation.Terminal.Out).Write(new { id = "", status = "error", exitCode, errors = problems });
            }

            if (invocation.Verbose)
            {
                invocation.Terminal.Error.WriteLine(error);
            }

            return exitCode;
        }
    }

    internal static (int ExitCode, IEnumerable<string> Lines) Explain(Exception error, Invocation invocation) => error switch
    {
        RejectedException rejected => (ExitCodes.BadInput, rejected.Faults.Select(fault => fault.ToString())),
        ImpossibleException impossible => (ExitCodes.BadInput, impossible.Lines),
        WorkflowException workflow => (ExitCodes.BadInput, workflow.Faults),
        UsageException or NotFoundException or ConflictException => (ExitCodes.BadInput, [error.Message]),
        FileNotFoundException file => (ExitCodes.BadInput, [$"There is no file {file.FileName}."]),
        DirectoryNotFoundException => (ExitCodes.BadInput, [error.Message]),
        ContinuityException or ComfyException or StoreException or IOException or UnauthorizedAccessException => (ExitCodes.Failed, [error.Message]),
        _ => (ExitCodes.Failed, [$"{error.GetType().Name}: {error.Message}", $"This should not happen. See {invocation.Data.LogPath}, or run again with --verbose."]),
    };
}
