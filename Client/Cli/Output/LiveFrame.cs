using Continuity.Pipelines;
using Continuity.Tasks;

using Spectre.Console;
using Spectre.Console.Rendering;

namespace Continuity.Cli.Output;

/// <summary>Draws one picture of a pipeline at work: a bar for each running task, why the others wait, and a bar for all.</summary>
internal static class LiveFrame
{
    /// <summary>The least number of lines that it is drawn for.</summary>
    public const int LeastHeight = 10;

    // Lines around the running tasks: title, bar, counts, two blank ones, waiting, hint, and the cursor's own.
    private const int FixedLines = 8;
    private const int BarWidth = 16;
    private const int PercentWidth = 5;
    private const int WidestColumn = 24;

    public static IRenderable Draw(PipelineState state, GpuNames gpus, TimeSpan elapsed, DateTimeOffset now, int width, int height, string note, string left = "")
    {
        var running = state.InOrder.Where(task => task.Row.State == TaskState.Running).ToList();
        var shown = Math.Max(1, height - FixedLines);
        List<IRenderable> rows =
        [
            Title(state, elapsed, width),
            new Markup(Bar(state.Fraction, width - PercentWidth - 1, "green") + $" {state.Fraction * 100,3:0} %"),
            new Markup(Counts(state.Summary.Counts, left, width)),
            new Text(""),
        ];
        if (running.Count > 0)
        {
            // One line less when the rest needs a line to be counted in.
            rows.Add(Running(running.Take(running.Count > shown ? shown - 1 : shown), gpus, width));
            if (running.Count > shown)
            {
                rows.Add(new Markup($"[grey]and {running.Count - shown + 1} more[/]"));
            }
        }

        rows.Add(new Text(Fit(Waiting(state, now), width)));
        rows.Add(note.Length > 0
            ? new Text(Fit(note, width), new Style(Color.Yellow))
            : new Text(Fit("Ctrl-C stops following and keeps the work.", width), new Style(Color.Grey)));
        return new Rows(rows);
    }

    /// <summary>Why what does not run waits, in one line; empty when nothing waits.</summary>
    internal static string Waiting(PipelineState state, DateTimeOffset now)
    {
        var waiting = state.InOrder.Where(task => task.Row.State == TaskState.Pending).ToList();
        if (waiting.Count == 0)
        {
            return "";
        }

        var ready = waiting.Where(state.IsReady).ToList();
        var reason = ready.Select(task => Reason(task, now)).FirstOrDefault(text => text.Length > 0);
        return ready.Count == 0
            ? $"{waiting.Count} waiting for tasks before them"
            : $"{waiting.Count} waiting, {ready.Count} of them ready{(reason is null ? "" : $": {reason}")}";
    }

    private static string Reason(TaskView task, DateTimeOffset now) =>
        string.Join("; ", new[] { task.Live?.Detail ?? task.WaitingFor ?? "", Words.Starts(task.Live, now) }.Where(part => part.Length > 0));

    private static Grid Title(PipelineState state, TimeSpan elapsed, int width)
    {
        var time = Words.Duration(elapsed);
        var grid = new Grid { Width = width }
            .AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0), Width = width - time.Length - 1 })
            .AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0), Alignment = Justify.Right });
        var id = state.Summary.Id.Value;
        var status = state.Summary.Status == PipelineStatus.Active ? "" : $"  {Words.Of(state.Summary.Status)}";
        var name = Fit(state.Summary.Name, Math.Max(LeastHeight, width - time.Length - id.Length - status.Length - 4));
        grid.AddRow(
            new Markup($"[bold]{Markup.Escape(name)}[/]  [grey]{Markup.Escape(id)}[/][{Words.ColourOf(state.Summary.Status)}]{status}[/]"),
            new Markup($"[grey]{time}[/]"));
        return grid;
    }

    private static Grid Running(IEnumerable<TaskView> tasks, GpuNames gpus, int width)
    {
        var rest = Math.Max(width - BarWidth - PercentWidth - 6, 30);
        var gpuWidth = Math.Min(WidestColumn, rest / 4);
        var phaseWidth = Math.Min(WidestColumn, rest / 4);
        var labelWidth = rest - gpuWidth - phaseWidth;
        var grid = new Grid { Width = width }
            .AddColumn(Column(labelWidth))
            .AddColumn(Column(BarWidth))
            .AddColumn(Column(PercentWidth))
            .AddColumn(Column(phaseWidth))
            .AddColumn(Column(gpuWidth));
        foreach (var task in tasks)
        {
            var percent = task.Live?.Percent;
            grid.AddRow(
                Cell(task.Definition.Label, labelWidth),
                new Markup(Bar((percent ?? 0) / 100, BarWidth, "blue")),
                Cell(percent is null ? "" : $"{percent,3:0} %", PercentWidth),
                Cell(Phase(task), phaseWidth),
                Cell(gpus.Of(task), gpuWidth));
        }

        return grid;
    }

    private static string Phase(TaskView task) => task.Live switch
    {
        null => "starting",
        { Phase: TaskPhase.Executing, Detail: { Length: > 0 } node } => node,
        var live => Words.Of(live.Phase),
    };

    private static GridColumn Column(int width) => new() { NoWrap = true, Width = width, Padding = new Padding(0, 0, 1, 0) };

    private static Text Cell(string text, int width) => new(Fit(text, width));

    /// <summary>Shortens a text to a number of terminal columns; the renderer itself would wrap it to a second line.</summary>
    internal static string Fit(string text, int width)
    {
        var line = text.ReplaceLineEndings(" ");
        if (line.GetCellWidth() <= width)
        {
            return line;
        }

        var length = line.Length;
        while (length > 0 && line[..length].GetCellWidth() >= width)
        {
            length--;
        }

        return line[..length] + "…";
    }

    private static string Counts(TaskCounts counts, string left, int width)
    {
        // In a narrow terminal how many there are goes before how long it takes.
        var text = Counts(counts);
        var free = width - Markup.Remove(text).Length - left.Length;
        return left.Length > 0 && free >= 2 ? $"{text}{new string(' ', free)}[grey]{Markup.Escape(left)}[/]" : text;
    }

    private static string Counts(TaskCounts counts)
    {
        List<string> parts = [$"{counts.Completed} of {counts.Total} done"];
        if (counts.Running > 0)
        {
            parts.Add($"{counts.Running} running");
        }

        if (counts.Failed > 0)
        {
            parts.Add($"[red]{counts.Failed} failed[/]");
        }

        if (counts.Skipped > 0)
        {
            parts.Add($"[yellow]{counts.Skipped} skipped[/]");
        }

        return string.Join(", ", parts);
    }

    private static string Bar(double fraction, int width, string colour)
    {
        var filled = (int)Math.Round(Math.Clamp(fraction, 0, 1) * width);
        return $"[{colour}]{new string('━', filled)}[/][grey27]{new string('━', Math.Max(0, width - filled))}[/]";
    }
}
