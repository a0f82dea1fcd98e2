using System.Diagnostics;

using Continuity.Client;
using Continuity.Engine.Scheduling.Explaining;
using Continuity.Gpu;
using Continuity.Pipelines;
using Continuity.Tasks;

using Spectre.Console;

namespace Continuity.Cli.Output;

/// <summary>Why what waits waits: of a whole pipeline in one line a task, of one task in full.</summary>
internal static class WhyText
{
    public static void Write(Terminal terminal, PipelineSnapshot pipeline, DateTimeOffset now)
    {
        var summary = pipeline.Summary;
        var waiting = pipeline.Tasks.Where(task => task.Row.State == TaskState.Pending).ToList();
        TaskTable.WriteTitle(terminal, summary);
        if (waiting.Count == 0)
        {
            terminal.Out.WriteLine(summary.Counts.Running == 0 ? "Nothing waits." : $"Nothing waits: {Words.Count(summary.Counts.Running, "task")} at work.");
            return;
        }

        var table = Tables.New("task", "starts", "why not yet");
        foreach (var task in waiting)
        {
            table.AddRow(
                Tables.Cell(TaskTable.NameOf(task)),
                Tables.Cell(task.Live?.ExpectedStart is { } start ? In(start - now) : ""),
                Tables.Cell(TaskTable.Reason(task, now: null)));
        }

        terminal.Console.Write(table);
        terminal.Out.WriteLine($"All about one of them: continuity why {summary.Id} TASK");
    }

    public static void Write(Terminal terminal, TaskExplanation answer, GpuNames gpus, TimeProvider time)
    {
        var (now, task) = (time.GetUtcNow(), answer.Task);
        terminal.Console.MarkupLine(
            $"[bold]{Markup.Escape(task.Definition.Label)}[/]  [grey]{Markup.Escape(task.Definition.Id)}[/]  of {Markup.Escape(answer.Pipeline.Name)}  [grey]{Markup.Escape(answer.Pipeline.Id.Value)}[/]");
        var lines = new Grid().AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(2, 0, 2, 0) }).AddColumn(new GridColumn { Padding = new Padding(0, 0) });
        foreach (var (name, text) in Lines(answer, gpus, now, time.LocalTimeZone))
        {
            lines.AddRow(new Text(name, new Style(Color.Grey)), new Text(text));
        }

        terminal.Console.Write(lines);
        if (!answer.Unfinished.IsEmpty)
        {
            var table = Tables.New("waits for", "state", "");
            foreach (var other in answer.Unfinished)
            {
                table.AddRow(Tables.Cell(TaskTable.NameOf(other)), Tables.Cell(Words.Of(other.Row.State), Words.ColourOf(other.Row.State)), Tables.Cell(TaskTable.Reason(other, now)));
            }

            terminal.Console.Write(table);
        }

        if (answer.Wait is { Gpus.IsEmpty: false } wait)
        {
            var table = Tables.New("GPU", "why it is not there");
            foreach (var gpu in wait.Gpus)
            {
                table.AddRow(Tables.Cell(gpus.Of(gpu.Gpu)), Tables.Cell(gpu.Reason, ColourOf(gpu.Kind)));
            }

            terminal.Console.Write(table);
        }
    }

    public static void WriteJson(Terminal terminal, PipelineSnapshot pipeline)
    {
        var lines = new JsonLines(terminal.Out);
        foreach (var task in pipeline.Tasks.Where(task => task.Row.State == TaskState.Pending))
        {
            lines.Write(new
            {
                Id = pipeline.Summary.Id.Value,
                pipeline.Summary.Status,
                Task = task.Definition.Id,
                task.Definition.Label,
                task.Row.State,
                task.WaitingFor,
                task.Live?.ExpectedStart,
                task.Row.NotBefore,
            });
        }
    }

    public static void WriteJson(Terminal terminal, TaskExplanation answer, GpuNames gpus) => new JsonLines(terminal.Out).Write(new
    {
        Id = answer.Pipeline.Id.Value,
        answer.Pipeline.Status,
        Task = answer.Task.Definition.Id,
        answer.Task.Definition.Label,
        answer.Task.Row.State,
        answer.Task.WaitingFor,
        answer.Task.Live?.Phase,
        answer.Task.Live?.Percent,
        Gpu = gpus.Of(answer.Task) is { Length: > 0 } gpu ? gpu : null,
        Fault = answer.Task.Row.Fault?.Message,
        answer.Task.Row.NotBefore,
        Unfinished = answer.Unfinished.IsEmpty ? null : answer.Unfinished.Select(task => new { Task = task.Definition.Id, task.Row.State, task.WaitingFor }),
        answer.Wait?.Reason,
        answer.Wait?.Since,
        answer.Wait?.Priority,
        answer.Wait?.AheadOfHigherPriority,
        answer.Wait?.AheadOfSamePriority,
        answer.Wait?.ExpectedStart,
        ExpectedGpu = answer.Wait?.ExpectedGpu?.Value,
        answer.Wait?.PassedOverSince,
        answer.Wait?.PassedOverUntil,
        Gpus = answer.Wait?.Gpus.Select(gpu => new { Id = gpu.Gpu.Value, gpu.Kind, gpu.Reason, gpu.FreeAt, gpu.Loads, LoadSeconds = Math.Round(gpu.LoadTime.TotalSeconds, 1) }),
    });

    /// <summary>In how long something is expected.</summary>
    internal static string In(TimeSpan time) => time.TotalSeconds < 1 ? "any moment" : $"in {About.Of(time)}";

    internal static IEnumerable<(string Name, string Text)> Lines(TaskExplanation answer, GpuNames gpus, DateTimeOffset now, TimeZoneInfo zone)
    {
        var row = answer.Task.Row;
        yield return ("state", StateOf(answer, gpus, now, zone));
        if (row.State is TaskState.Failed or TaskState.Cancelled)
        {
            yield return ("try again", $"continuity retry {answer.Pipeline.Id} {CommandText.Quote(row.TaskId)}");
        }

        if (answer.Wait is not { } wait)
        {
            yield break;
        }

        var priority = Words.Of(wait.Priority);
        yield return ("place", (wait.AheadOfHigherPriority, wait.AheadOfSamePriority) switch
        {
            (0, 0) => $"the first of those that wait (priority {priority})",
            (0, var own) => $"{own} ahead of it (priority {priority})",
            (var higher, 0) => $"{higher} of a higher priority ahead of it ({priority})",
            var (higher, own) => $"{wait.Ahead} ahead of it: {higher} of a higher priority, {own} of its own ({priority})",
        });
        yield return ("starts", wait.ExpectedStart is { } start
            ? $"{In(start - now)}{(start - now < TimeSpan.FromSeconds(1) ? "" : $", at {Clock(start, zone)}")}, probably on {gpus.Of(wait.ExpectedGpu)}"
            : "not before a GPU works that can run it");
        if (wait is { PassedOverSince: { } since, PassedOverUntil: { } until })
        {
            yield return ("passed", $"since {Clock(since, zone)} younger tasks of its pipeline go before it, as their models are loaded; until {Clock(until, zone)} at the latest");
        }
    }

    private static string StateOf(TaskExplanation answer, GpuNames gpus, DateTimeOffset now, TimeZoneInfo zone)
    {
        var task = answer.Task;
        var row = task.Row;
        var on = gpus.Of(task) is { Length: > 0 } gpu ? $" on {gpu}" : "";
        return row.State switch
        {
            TaskState.Pending when answer.Wait is { } wait => $"waits for a GPU, since {Clock(wait.Since, zone)}: {wait.Reason}",
            TaskState.Pending when row.NotBefore is { } due && due > now && answer.Unfinished.IsEmpty && answer.Pipeline.Status == PipelineStatus.Active =>
                $"is tried again {In(due - now)}, at {Clock(due, zone)}, after: {row.Fault?.Message}",
            TaskState.Pending => TaskTable.Reason(task, now),
            TaskState.Running => $"runs{on} since {Clock(row.Attempt!.StartedAt, zone)}{(row.Attempts > 1 ? $", attempt {row.Attempts}" : "")}: {TaskTable.Reason(task, now)}",
            TaskState.Completed => $"completed{on}{(TaskTable.Duration(row, now) is { } took ? $" in {Words.Duration(took)}" : "")}",
            TaskState.Failed => $"failed{on}: {row.Fault?.Message ?? "no reason recorded"}",
            TaskState.Skipped => $"skipped: {row.Fault?.Message ?? "no reason recorded"}",
            TaskState.Cancelled => "cancelled",
            _ => throw new UnreachableException(),
        };
    }

    private static string Clock(DateTimeOffset at, TimeZoneInfo zone) => $"{TimeZoneInfo.ConvertTime(at, zone):HH:mm:ss}";

    private static string ColourOf(GpuRefusalKind kind) => kind switch
    {
        GpuRefusalKind.Lacks or GpuRefusalKind.Unreachable or GpuRefusalKind.Quarantined => "red",
        GpuRefusalKind.Paused or GpuRefusalKind.Draining or GpuRefusalKind.Unknown or GpuRefusalKind.FailedThere => "yellow",
        GpuRefusalKind.Next => "green",
        _ => "default",
    };
}
