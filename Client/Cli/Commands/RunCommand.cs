using System.CommandLine;

using Continuity.Client;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity run</c>: a hand-written DAG.</summary>
internal static class RunCommand
{
    public static Command Create(Globals globals)
    {
        var file = new Argument<string>("PIPELINE") { Description = "The DAG (JSON)" };
        var render = new RenderOptions();
        var standing = new StandingOptions();
        var noPreflight = PreflightOption.Create();
        var command = new Command("run", "Run a hand-written DAG of ComfyUI workflows") { file };
        render.AddTo(command);
        standing.AddTo(command);
        command.Add(noPreflight);
        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            var path = parse.GetRequiredValue(file);
            if (!File.Exists(path))
            {
                throw new UsageException($"There is no pipeline file {path}.");
            }

            var profiles = render.Profiles(parse);

            // What is wrong with the DAG is told before anything is started or created.
            var planned = await ContinuityClient.CheckDagAsync(path, profiles, stop);
            return await Rendering.RunAsync(
                invocation,
                render.Gpus(parse),
                async client =>
                {
                    if (!parse.GetValue(noPreflight))
                    {
                        await Rendering.PreflightAsync(invocation, client, planned, stop);
                    }

                    var definition = standing.Apply(parse, await client.PlanDagAsync(path, profiles, stop));
                    return await Rendering.SubmitAsync(invocation, client, definition, render.Out(parse) ?? $"{Path.GetFileNameWithoutExtension(path)}-out", stop);
                },
                stop);
        }));
        return command;
    }
}
