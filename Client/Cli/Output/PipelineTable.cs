using Continuity.Pipelines;

using Spectre.Console;
using Spectre.Console.Rendering;

namespace Continuity.Cli.Output;

/// <summary>A table of pipelines.</summary>
internal static class PipelineTable
{
    public static IRenderable Draw(IReadOnlyCollection<PipelineSummary> pipelines, TimeProvider timeProvider)
    {
        if (pipelines.Count == 0)
        {
            return new Text("No pipelines yet. Begin with 'continuity export PROJECT'." + Environment.NewLine);
        }

        var table = Tables.New("id", "status", "done", "created", "name");
        table.Columns[0].NoWrap();
        table.Columns[2].RightAligned();
        table.Columns[3].NoWrap();
        foreach (var pipeline in pipelines)
        {
            var created = TimeZoneInfo.ConvertTime(pipeline.CreatedAt, timeProvider.LocalTimeZone);
            table.AddRow(
                Tables.Cell(pipeline.Id.Value),
                Tables.Cell(Words.Of(pipeline.Status), Words.ColourOf(pipeline.Status)),
                Tables.Cell($"{pipeline.Counts.Completed}/{pipeline.Counts.Total}"),
                Tables.Cell($"{created:yyyy-MM-dd HH:mm}"),
                Tables.Cell(pipeline.Name));
        }

        return table;
    }
}
