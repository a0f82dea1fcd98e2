using System.CommandLine;

using Continuity.Cli.Hosting;
using Continuity.Cli.Output;
using Continuity.Pipelines;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity why</c>.</summary>
internal static class WhyCommand
{
    public static Command Create(Globals globals)
    {
        var id = IdArgument.Create();
        var task = new Argument<string?>("TASK") { Description = "One task, by its id: all about its wait, GPU by GPU", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("why", "Tell why tasks wait: for what, their place, when they are expected to start, and why each GPU does not have them") { id, task };
        command.SetAction((parse, stop) => globals.RunAsync(parse, async invocation =>
        {
            await using var session = await ExistingFarm.OpenAsync(invocation, stop);
            var pipeline = IdArgument.Of(parse, id);
            var terminal = invocation.Terminal;
            if (parse.GetValue(task) is { } one)
            {
                var answer = await session.Client.WhyAsync(pipeline, one, stop);
                NoteWhenNothingRuns(invocation, session, answer.Pipeline);
                var gpus = new GpuNames((await session.Client.GetGpusAsync(stop)).Select(gpu => gpu.Registration));
                if (invocation.Json)
                {
                    WhyText.WriteJson(terminal, answer, gpus);
                }
                else
                {
                    WhyText.Write(terminal, answer, gpus, invocation.TimeProvider);
                }

                return ExitCodes.Completed;
            }

            var snapshot = await ExistingFarm.ReadAsync(session, pipeline, stop);
            NoteWhenNothingRuns(invocation, session, snapshot.Summary);
            if (invocation.Json)
            {
                WhyText.WriteJson(terminal, snapshot);
            }
            else
            {
                WhyText.Write(terminal, snapshot, invocation.TimeProvider.GetUtcNow());
            }

            return ExitCodes.Completed;
        }));
        return command;
    }

    private static void NoteWhenNothingRuns(Invocation invocation, FarmSession session, PipelineSummary pipeline)
    {
        if (session.IsOwner && !pipeline.Status.IsFinal())
        {
            invocation.Terminal.Note(ExistingFarm.NothingRuns(invocation, pipeline));
        }
    }
}
