using System.CommandLine;

using Continuity.Cli.Hosting;
using Continuity.Cli.Output;
using Continuity.Gpu;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity gpus remove, pause, resume</c> and <c>drain</c>: open the farm, command, say how the GPU is now.</summary>
internal static class GpuModeCommands
{
    public static Command Remove(Globals globals) => Create(
        globals,
        new Command("remove", "Take a GPU out until it is added again; what runs there goes on to its end"),
        (session, gpu, stop) => session.Client.RemoveGpuAsync(gpu, stop),
        _ => "removed");

    public static Command Pause(Globals globals) => Create(
        globals,
        new Command("pause", "Give a GPU nothing new; what is in its ComfyUI goes on to its end"),
        (session, gpu, stop) => session.Client.PauseGpuAsync(gpu, stop),
        Words.Of);

    public static Command Resume(Globals globals) => Create(
        globals,
        new Command("resume", "Give a paused or drained GPU work again"),
        (session, gpu, stop) => session.Client.ResumeGpuAsync(gpu, stop),
        Words.Of);

    public static Command Drain(Globals globals)
    {
        var wait = new Option<bool>("--wait") { Description = "Return when nothing is left there" };
        var command = new Command("drain", "Empty a GPU: what runs goes on to its end, what waits there goes elsewhere") { wait };
        return Create(
            globals,
            command,
            (session, gpu, stop) => session.Client.DrainGpuAsync(gpu, stop),
            Words.Of,
            async (invocation, session, gpu, parse, stop) =>
            {
                if (!parse.GetValue(wait))
                {
                    return null;
                }

                await session.Client.WaitUntilDrainedAsync(gpu, new Remaining(invocation.Terminal), stop);
                return "drained";
            });
    }

    private static Command Create(
        Globals globals,
        Command command,
        Func<FarmSession, GpuId, CancellationToken, Task<GpuCommandResult.Done>> act,
        Func<GpuMode, string> state,
        Func<Invocation, FarmSession, GpuId, ParseResult, CancellationToken, Task<string?>>? then = null)
    {
        var gpu = GpuArgument.Create();
        command.Add(gpu);
        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            await using var session = await ExistingFarm.OpenAsync(invocation, stop);
            var result = await act(session, await GpuArgument.FindAsync(session, parse.GetRequiredValue(gpu), stop), stop);
            var end = then is null ? null : await then(invocation, session, result.Gpu, parse, stop);
            if (invocation.Json)
            {
                new JsonLines(invocation.Terminal.Out).Write(new { Id = result.Gpu.Value, Status = end ?? state(result.Mode), result.Changed });
            }
            else
            {
                invocation.Terminal.Out.WriteLine($"{result.Gpu} is {end ?? state(result.Mode)}{(result.Changed || end is not null ? "" : " (it was already)")}");
            }

            return ExitCodes.Completed;
        }));
        return command;
    }

    /// <summary>Says what a drain still waits for, whenever that changes.</summary>
    private sealed class Remaining(Terminal terminal) : IProgress<GpuView>
    {
        private string _said = "";

        public void Report(GpuView value)
        {
            var left = value switch
            {
                { IsDrained: true } => "",
                { Status.Problem: { } problem } => $"{value.Registration.Id} does not say what is left there: {problem}",
                { Holders.IsEmpty: true } => "",
                _ => $"still there: {string.Join(", ", value.Holders)}",
            };
            if (left.Length > 0 && left != _said)
            {
                terminal.Note(left);
            }

            _said = left;
        }
    }
}
