using System.CommandLine;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity pause</c>.</summary>
internal static class PauseCommand
{
    public static Command Create(Globals globals) => CommandOnPipeline.Create(
        globals,
        "pause",
        "Start nothing new; what runs goes on to its end",
        (client, id, stop) => client.PauseAsync(id, cancellationToken: stop));
}
