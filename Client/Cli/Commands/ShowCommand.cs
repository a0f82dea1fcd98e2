using System.CommandLine;

using Continuity.Cli.Output;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity show</c>.</summary>
internal static class ShowCommand
{
    public static Command Create(Globals globals)
    {
        var id = IdArgument.Create();
        var command = new Command("show", "Show a pipeline: every task, where it stands and why") { id };
        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            await using var session = await ExistingFarm.OpenAsync(invocation, stop);
            var pipeline = await ExistingFarm.ReadAsync(session, IdArgument.Of(parse, id), stop);
            var forecast = await session.Client.GetForecastAsync(pipeline.Summary, pipeline.Tasks, stop);
            var gpus = new GpuNames((await session.Client.GetGpusAsync(stop)).Select(gpu => gpu.Registration));
            if (invocation.Json)
            {
                TaskTable.WriteJson(invocation.Terminal, pipeline, forecast, gpus);
            }
            else
            {
                TaskTable.Write(invocation.Terminal, pipeline, forecast, gpus, invocation.TimeProvider.GetUtcNow());
            }

            return ExitCodes.Completed;
        }));
        return command;
    }
}
