using System.CommandLine;

using Continuity.Pipelines;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity cancel</c>.</summary>
internal static class CancelCommand
{
    public static Command Create(Globals globals) => CommandOnPipeline.Create(
        globals,
        "cancel",
        "End a pipeline: waiting prompts are removed, running ones interrupted",
        async (client, id, stop) =>
        {
            var summary = await client.CancelAsync(id, cancellationToken: stop);

            // Waited for: a silo that lives only as long as this command must not end with prompts still to be taken back.
            return summary.Status.IsFinal() ? summary : (await client.WaitAsync(id, stop)).Summary;
        });
}
