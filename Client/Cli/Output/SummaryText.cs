using Continuity.Pipelines;
using Continuity.Tasks;

using Spectre.Console;

namespace Continuity.Cli.Output;

/// <summary>The last words about a pipeline: what came of it, where it is, what failed and how to try that again.</summary>
internal static class SummaryText
{
    // More than this is not read; the full list is in 'show'.
    private const int MostFailures = 10;
    private const int MostScenes = 12;

    public static void Write(Terminal terminal, FollowResult result)
    {
        var summary = result.Pipeline.Summary;
        var counts = summary.Counts;
        terminal.Console.WriteLine();
        terminal.Console.MarkupLine(
            $"[bold {Words.ColourOf(summary.Status)}]{Words.Of(summary.Status)}[/]  {Markup.Escape(summary.Name)}: "
            + $"{counts.Completed} of {Words.Count(counts.Total, "task")} in {Words.Duration(result.Elapsed)}");
        if (AccountText.Line(AccountText.Of(result.Pipeline)) is { } account)
        {
            terminal.Out.WriteLine($"  {account}");
        }

        WriteFiles(terminal, result);
        WriteFailures(terminal, result);
    }

    private static void WriteFiles(Terminal terminal, FollowResult result)
    {
        if (result.Download is not { } download)
        {
            return;
        }

        // Plain text, not wrapped: a path must be there to be copied.
        if (result.Film is { } film)
        {
            terminal.Out.WriteLine($"  film      {film}");
        }

        foreach (var scene in result.SceneFilms.Take(MostScenes))
        {
            terminal.Out.WriteLine($"  scene     {scene}");
        }

        if (result.SceneFilms.Length > MostScenes)
        {
            terminal.Out.WriteLine($"            and {result.SceneFilms.Length - MostScenes} more");
        }

        var size = Words.Bytes(download.Files.Sum(file => file.Size));
        terminal.Out.WriteLine($"  files     {download.Files.Length} ({size}) in {download.Directory}");
        terminal.Out.WriteLine($"  manifest  {download.ManifestPath}");
    }

    private static void WriteFailures(Terminal terminal, FollowResult result)
    {
        var failures = result.Failures.ToList();
        foreach (var task in failures.Take(MostFailures))
        {
            terminal.Out.WriteLine($"  failed    {task.Definition.Label}: {task.Row.Fault?.Message ?? "no reason recorded"}");
        }

        if (failures.Count > MostFailures)
        {
            terminal.Out.WriteLine($"            and {failures.Count - MostFailures} more");
        }

        var skipped = result.Pipeline.Tasks.Count(task => task.Row.State == TaskState.Skipped);
        if (skipped > 0)
        {
            terminal.Out.WriteLine($"  skipped   {Words.Count(skipped, "task")} that needed them");
        }

        if (result.Pipeline.Summary.Status is PipelineStatus.Failed or PipelineStatus.Cancelled)
        {
            terminal.Out.WriteLine($"  try again {result.RetryCommand}");
        }
    }
}
