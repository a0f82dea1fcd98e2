using System.CommandLine;

using Continuity.Cli.Hosting;
using Continuity.Cli.Output;
using Continuity.Gpu;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity gpus add</c>.</summary>
internal static class GpuAddCommand
{
    public static Command Create(Globals globals)
    {
        var url = new Argument<Uri>("URL") { Description = "Address of a ComfyUI, such as http://10.0.0.7:8188, as the farm reaches it", CustomParser = Addresses.ParseOne };
        var name = new Option<string?>("--name") { Description = "Name for people", HelpName = "NAME" };
        var command = new Command("add", "Add a ComfyUI for good: it stays until it is removed") { url, name };
        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            await using var session = await FarmSession.OpenAsync(invocation, [], stop);
            var address = parse.GetRequiredValue(url);
            var (result, instance) = await session.Client.AddGpuAsync(address, parse.GetValue(name), stop);
            if (invocation.Json)
            {
                new JsonLines(invocation.Terminal.Out).Write(
                    new { Id = result.Gpu.Value, Status = "added", result.Changed, result.Mode, instance.Device, instance.ComfyVersion });
            }
            else
            {
                invocation.Terminal.Out.WriteLine($"{result.Gpu} {(result.Changed ? "is added" : "was there already")}: ComfyUI {instance.ComfyVersion} on {instance.Device}");
                if (result.Mode != GpuMode.Active)
                {
                    invocation.Terminal.Out.WriteLine($"It is {Words.Of(result.Mode)}; give it work with: continuity gpus resume {CommandText.Quote(result.Gpu.Value)}");
                }
            }

            return ExitCodes.Completed;
        }));
        return command;
    }
}
