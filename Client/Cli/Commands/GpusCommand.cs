using System.CommandLine;

using Continuity.Cli.Output;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity gpus</c>.</summary>
internal static class GpusCommand
{
    public static Command Create(Globals globals)
    {
        var command = new Command("gpus", "List the GPUs: health, device, memory, what they do");
        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            await using var session = await ExistingFarm.OpenAsync(invocation, stop);
            var gpus = await session.Client.GetGpusAsync(stop);
            if (invocation.Json)
            {
                GpuTable.WriteJson(invocation.Terminal, gpus);
            }
            else
            {
                GpuTable.Write(invocation.Terminal, gpus);
            }

            return ExitCodes.Completed;
        }));
        return command;
    }
}
