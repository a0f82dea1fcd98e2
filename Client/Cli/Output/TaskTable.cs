using Continuity.Engine.Accounts;
using Continuity.Engine.Forecasts;
using Continuity.Pipelines;
using Continuity.Tasks;

using Spectre.Console;

namespace Continuity.Cli.Output;

/// <summary>A pipeline with every task.</summary>
internal static class TaskTable
{
    public static void Write(Terminal terminal, PipelineSnapshot pipeline, PipelineForecast forecast, GpuNames gpus, DateTimeOffset now)
    {
        var summary = pipeline.Summary;
        WriteTitle(terminal, summary);
        if (!summary.Status.IsFinal() && ForecastText.Line(forecast, forecast.At) is { } line)
        {
            terminal.Console.WriteLine(line);
        }

        if (DeadlineText.Line(pipeline, forecast, now) is { } deadline)
        {
            terminal.Console.WriteLine(deadline);
        }

        if (AccountText.Line(AccountText.Of(pipeline)) is { } account)
        {
            terminal.Console.WriteLine(account);
        }

        foreach (var warning in pipeline.Warnings)
        {
            terminal.Console.WriteLine($"warning: {warning}");
        }

        var ends = forecast.Tasks.ToDictionary(task => task.TaskId, task => task.End, StringComparer.Ordinal);
        var table = Tables.New("task", "state", "tries", "GPU", "time", "");
        table.Columns[2].RightAligned();
        table.Columns[4].RightAligned().NoWrap();
        foreach (var task in pipeline.Tasks)
        {
            table.AddRow(
                Tables.Cell(NameOf(task)),
                Tables.Cell(Words.Of(task.Row.State), Words.ColourOf(task.Row.State)),
                Tables.Cell(task.Row.Attempts == 0 ? "" : $"{task.Row.Attempts}"),
                Tables.Cell(gpus.Of(task)),
                Tables.Cell(Duration(task.Row, now) is { } duration ? Words.Duration(duration) : ends.TryGetValue(task.Definition.Id, out var end) ? ForecastText.In(end) : ""),
                // When it will be done is told already, by the forecast.
                Tables.Cell(Reason(task, now: null)));
        }

        terminal.Console.Write(table);
    }

    public static void WriteTitle(Terminal terminal, PipelineSummary summary) => terminal.Console.MarkupLine(
        $"[bold]{Markup.Escape(summary.Name)}[/]  [grey]{Markup.Escape(summary.Id.Value)}[/]  "
        + $"[{Words.ColourOf(summary.Status)}]{Words.Of(summary.Status)}[/]  {summary.Counts.Completed} of {summary.Counts.Total} done"
        + (summary.Priority is { } priority and not PipelinePriority.Normal ? $"  priority {Words.Of(priority)}" : ""));

    public static string NameOf(TaskView task) => $"{task.Definition.Label} [{task.Definition.Id}]";

    public static void WriteJson(Terminal terminal, PipelineSnapshot pipeline, PipelineForecast forecast, GpuNames gpus)
    {
        var ends = forecast.Tasks.ToDictionary(task => task.TaskId, task => (TimeLeft?)task.End, StringComparer.Ordinal);
        new JsonLines(terminal.Out).Write(new
        {
            Id = pipeline.Summary.Id.Value,
            pipeline.Summary.Status,
            pipeline.Summary.Name,
            pipeline.Summary.Version,
            pipeline.Summary.CreatedAt,
            pipeline.Summary.UpdatedAt,
            pipeline.Summary.Counts,
            pipeline.Summary.Priority,
            pipeline.Deadline,
            IsLate = pipeline.Deadline is null ? (bool?)null : pipeline.IsLate,
            pipeline.Warnings,
            GpuTime = AccountText.Json(AccountText.Of(pipeline)),
            Forecast = ForecastText.Json(forecast),
            Tasks = pipeline.Tasks.Select(task => new
            {
                task.Definition.Id,
                task.Definition.Kind,
                task.Definition.Label,
                task.Row.State,
                task.Row.Attempts,
                Gpu = gpus.Of(task) is { Length: > 0 } gpu ? gpu : null,
                task.Row.StartedAt,
                task.Row.CompletedAt,
                EndSecondsP50 = ForecastText.Seconds(ends.GetValueOrDefault(task.Definition.Id)?.P50),
                EndSecondsP90 = ForecastText.Seconds(ends.GetValueOrDefault(task.Definition.Id)?.P90),
                GpuTime = AccountText.Json(GpuAccount.Of(task.Row).Used),
                LostGpuTime = AccountText.Json(GpuAccount.Of(task.Row).Lost),
                Fault = task.Row.Fault?.Message,
                task.WaitingFor,
                task.Live?.Phase,
                task.Live?.Percent,
                task.Live?.ExpectedStart,
            }),
        });
    }

    internal static TimeSpan? Duration(TaskRow row, DateTimeOffset now) => row switch
    {
        { StartedAt: { } started, CompletedAt: { } completed } => completed - started,
        { StartedAt: { } started, State: TaskState.Running } => now - started,
        _ => null,
    };

    /// <summary>What a task waits for, does, or failed with.</summary>
    /// <param name="task">The task.</param>
    /// <param name="now">The time, to tell in how long it is expected to start; <see langword="null"/> to leave that out.</param>
    internal static string Reason(TaskView task, DateTimeOffset? now) => task.Row.State switch
    {
        TaskState.Pending => Waiting(task.WaitingFor ?? task.Live?.Detail ?? "", now is { } at ? Words.Starts(task.Live, at) : "", task.Row.Fault?.Message),
        TaskState.Running => string.Join(" ", new[]
        {
            task.Live is { } live ? Words.Of(live.Phase) : "starting",
            task.Live?.Percent is { } percent ? $"{percent:0} %" : null,
            task.Live?.Detail,
        }.OfType<string>()),
        TaskState.Failed or TaskState.Skipped => task.Row.Fault?.Message ?? "",
        _ => "",
    };

    private static string Waiting(string reason, string starts, string? fault) => string.Join(
        "; ",
        new[] { reason, starts, fault is null || reason.Contains(fault, StringComparison.Ordinal) ? "" : $"last try: {fault}" }.Where(part => part.Length > 0));
}
