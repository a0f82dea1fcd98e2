using System.Collections.Immutable;

using Continuity.Engine.Scheduling;
using Continuity.Pipelines;
using Continuity.Tasks;

namespace Continuity.Cli.Output;

/// <summary>For logs: one line for every change of a task.</summary>
internal sealed class PlainFollowOutput(Terminal terminal, GpuNames gpus, TimeProvider timeProvider) : IFollowOutput
{
    public Task RunAsync(Func<Task> follow) => follow();

    private string? _waiting;

    public void Show(PipelineState state, ImmutableArray<TaskView> changed)
    {
        foreach (var task in changed)
        {
            terminal.Out.WriteLine(Line(task, gpus, timeProvider.GetLocalNow()));
        }

        // While nothing runs, a log has to say why.
        var waiting = state.Summary.Counts.Running == 0 && !state.Summary.Status.IsFinal()
            ? state.InOrder.Where(task => task.Row.State == TaskState.Pending && state.IsReady(task)).Select(task => task.Live?.Detail).FirstOrDefault(reason => reason is not null)
            : null;
        if (waiting != _waiting && waiting is not (null or Eligibility.AboutToStart))
        {
            terminal.Out.WriteLine($"{timeProvider.GetLocalNow():HH:mm:ss}  waiting    {waiting.ReplaceLineEndings(" ")}");
        }

        _waiting = waiting;

        terminal.Out.Flush();
    }

    public void Note(string message) => terminal.Note(message);

    public void Finish(FollowResult result) => SummaryText.Write(terminal, result);

    internal static string Line(TaskView task, GpuNames gpus, DateTimeOffset at)
    {
        var again = task.Row.State == TaskState.Running && task.Row.Attempts > 1 ? $", attempt {task.Row.Attempts}" : "";
        var gpu = gpus.Of(task) is { Length: > 0 } name && task.Row.State is not TaskState.Pending ? $" ({name}{again})" : "";
        var reason = task.Row.State switch
        {
            TaskState.Failed or TaskState.Skipped when task.Row.Fault is { } fault => $": {fault.Message}",
            TaskState.Pending when task.Row.Fault is { } fault => $": will be tried again after: {fault.Message}",
            _ => "",
        };
        return $"{at:HH:mm:ss}  {Words.Of(task.Row.State),-9}  {task.Definition.Label}{gpu}{reason.ReplaceLineEndings(" ")}";
    }
}
