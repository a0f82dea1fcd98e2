using System.CommandLine;

using Continuity.Cli.Output;
using Continuity.Pipelines;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity priority</c>.</summary>
internal static class PriorityCommand
{
    public static Command Create(Globals globals)
    {
        var priority = new Argument<PipelinePriority>("PRIORITY") { Description = "low, normal or high", CustomParser = Priorities.Parse };
        return CommandOnPipeline.Create(
            globals,
            "priority",
            "Let what waits of a pipeline go before others or after them, from now on; what runs goes on",
            (client, parse, id, stop) => client.SetPriorityAsync(id, parse.GetRequiredValue(priority), cancellationToken: stop),
            summary => $"{summary.Id} is {Words.Of(summary.Status)}, priority {Words.Of(summary.Priority ?? PipelinePriority.Normal)}",
            priority);
    }
}
